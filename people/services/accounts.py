"""The account of a person: its data, its password, and its end."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from people import signals
from people.models import Employment, Role, RoleAssignment, User
from people.services.roles import sync_groups

# Letters and digits that nobody mistakes for one another when a password is read out.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
PASSWORD_LENGTH = 10


@transaction.atomic
def change_details(*, user: User, name: str, email: str, phone: str, by: User | None, now: datetime) -> User:
    """Corrects name, e-mail and telephone. Repeating it changes nothing."""
    user = User.objects.select_for_update().get(pk=user.pk)
    values = {"name": name, "email": email, "phone": phone}
    changed = [field for field, value in values.items() if getattr(user, field) != value]
    if not changed:
        return user
    for field in changed:
        setattr(user, field, values[field])
    user.save()
    journal.record("details_changed", user, by=by, now=now, data={"fields": changed})
    return user


@transaction.atomic
def end_access(*, user: User, now: datetime, by: User | None, reason: str) -> None:
    """Takes the person's access away at once: account, roles, open attempts (through the signal).

    Sessions need no search: the login backend refuses an inactive person on the very next request.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    on = timezone.localdate(now)
    RoleAssignment.objects.filter(user=user, valid_from__gte=on).delete()
    RoleAssignment.objects.filter(user=user).exclude(valid_to__lte=on).update(valid_to=on)
    sync_groups(user=user, on=on)
    journal.record("access_ended", user, by=by, now=now, reason=reason)
    signals.access_ended.send(sender=User, user=user, now=now)


def end_access_of_leavers(*, now: datetime) -> int:
    """Ends the access of everybody whose employment is over; returns how many. The sweeper calls it."""
    on = timezone.localdate(now)
    leavers = (
        User.objects.filter(is_active=True, employments__isnull=False)
        .exclude(pk__in=Employment.objects.filter(valid_to__isnull=True).values("user"))
        .exclude(pk__in=Employment.objects.filter(valid_to__gt=on).values("user"))
    )
    count = 0
    for user in leavers.distinct():
        end_access(user=user, now=now, by=None, reason=_("Employment has ended."))
        count += 1
    return count


@transaction.atomic
def set_starting_password(*, user: User, by: User, now: datetime) -> str:
    """A new random password, returned once to be handed over in person; the old one stops working.

    Only an administrator may do this for an administrator, and nobody for themselves. Raises Refused.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.pk:
        raise Refused(_("Change your own password on your own page."), code="self")
    if not user.is_active:
        raise Refused(_("%(name)s no longer works here.") % {"name": user}, code="inactive")
    held = RoleAssignment.objects.in_force(timezone.localdate(now)).filter(role=Role.ADMINISTRATOR)
    if (user.is_superuser or held.filter(user=user).exists()) and not held.filter(user=by).exists():
        raise Refused(_("Only an administrator sets the password of an administrator."), code="administrator")
    password = "".join(secrets.choice(ALPHABET) for _place in range(PASSWORD_LENGTH))
    user.set_password(password)
    user.save(update_fields=["password"])
    journal.record("starting_password", user, by=by, now=now)
    return password


def choose_language(*, user: User, language: str) -> None:
    """Keeps the person's choice of language."""
    user.language = language
    user.save(update_fields=["language"])
