"""The settings file of the Safe Exam Browser, and what that browser proves with every request.

The Config Key is the SHA-256 of the settings as JSON without spaces, keys in the order of their small letters, without
`originatorVersion` (https://safeexambrowser.org/developer/seb-config-key.html). Every request then carries the SHA-256 of
its own address and the key.
"""

import hashlib
import hmac
import json
import plistlib
from collections.abc import Iterable
from typing import Any

CONTENT_TYPE = "application/seb"
CONFIG_HEADER, BROWSER_HEADER = "X-SafeExamBrowser-ConfigKeyHash", "X-SafeExamBrowser-RequestHash"


def settings(start_url: str, quit_url: str) -> dict[str, Any]:
    """What differs from the browser's own defaults, which are the safer choice everywhere."""
    return {
        "originatorVersion": "Academy",
        "startURL": start_url,
        "quitURL": quit_url,
        "quitURLConfirm": False,
        "sendBrowserExamKey": True,
    }


def settings_file(given: dict[str, Any]) -> bytes:
    """The settings as a plain .seb file: an XML property list."""
    return plistlib.dumps(given, fmt=plistlib.FMT_XML, sort_keys=False)


def config_key(given: dict[str, Any]) -> str:
    """The Config Key that the browser computes of these settings (texts, numbers and switches only)."""
    kept = {key: given[key] for key in sorted(given, key=str.lower) if key != "originatorVersion"}
    words = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def proves(url: str, keys: Iterable[str], header: str) -> bool:
    """Whether the header is the hash of this address (without its fragment) and one of the keys."""
    address = url.partition("#")[0]
    shown = header.strip().lower().encode()
    expected = [hashlib.sha256(f"{address}{key}".encode()).hexdigest().encode() for key in keys]
    return any([hmac.compare_digest(shown, one) for one in expected])
