"""What the queue does every night and every minute; each calls services, each may run twice."""

from django.utils import timezone

from certificates import services as certificates
from exams import services as exams
from people import services as people
from plans import services as plans


def nightly() -> None:
    """Catches up on what a failure may have left: certificates, groups of roles that began or ended, needs."""
    now = timezone.now()
    certificates.issue_missing(now=now)
    certificates.render_missing(now=now)
    certificates.remind(now=now)
    people.sync_all_groups(now=now)
    exams.forget_exchanges(now=now)
    plans.find_needs(year=timezone.localdate(now).year, now=now)
