"""An input method, driven through the DevTools protocol as a real one drives Chromium."""

from playwright.sync_api import CDPSession
from pypinyin import lazy_pinyin


def compose(cdp: CDPSession, pinyin: str) -> None:
    """Opens (or changes) a composition: the textarea shows raw pinyin, nothing is committed."""
    cdp.send("Input.imeSetComposition", {"text": pinyin, "selectionStart": len(pinyin), "selectionEnd": len(pinyin)})


def commit(cdp: CDPSession, text: str) -> None:
    """Commits the open composition as `text`, as choosing a candidate does; without one, types it directly."""
    cdp.send("Input.insertText", {"text": text})


def type_with_ime(cdp: CDPSession, text: str, *, chunk: int = 4) -> None:
    """Types Chinese text phrase by phrase: pinyin grows letter group by letter group, then the phrase is committed."""
    for start in range(0, len(text), chunk):
        phrase = text[start : start + chunk]
        spelled = ""
        for syllable in lazy_pinyin(phrase):
            spelled += syllable
            compose(cdp, spelled)
        commit(cdp, phrase)


def choose(cdp: CDPSession, text: str, *, key: str = "Space") -> None:
    """Chooses a candidate by a key that the input method keeps for itself: the page sees key code 229, then the text."""
    process = {"key": "Process", "code": key, "windowsVirtualKeyCode": 229}
    cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **process})
    commit(cdp, text)
    cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **process})


def cancel(cdp: CDPSession) -> None:
    """Drops the open composition, as Esc does: what was spelled is gone and nothing is committed."""
    cdp.send("Input.imeSetComposition", {"text": "", "selectionStart": 0, "selectionEnd": 0})
