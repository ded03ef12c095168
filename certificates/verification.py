"""How often one address may ask whether a certificate is genuine."""

from datetime import datetime

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

LIMIT = 60


def too_often(request: HttpRequest, now: datetime) -> bool:
    """Counts this question; True beyond 60 from one address within a minute."""
    key = f"certificate-verify:{get_adapter(request).get_client_ip(request)}:{now:%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key) > LIMIT
    except ValueError:
        # The entry was thrown out between the two steps: this question is the first again.
        return False
