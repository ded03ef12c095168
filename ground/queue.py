"""Whether somebody works off the queue."""

from django_q.status import Stat


def alive() -> bool:
    """True while at least one django-q2 cluster reports itself; its reports expire within seconds."""
    return bool(Stat.get_all())
