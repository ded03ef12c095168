"""Hired, moved, promoted, left: the history of employment."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from people import signals
from people.models import Employment, Level, Post, Unit, User
from people.services.accounts import end_access


@transaction.atomic
def hire(
    *,
    employee_no: str,
    name: str,
    unit: Unit,
    post: Post,
    on: date,
    now: datetime,
    by: User | None,
    level: Level | None = None,
    manager: User | None = None,
    email: str = "",
    phone: str = "",
    password: str | None = None,
    cause: str = Employment.Cause.HIRE,
) -> User:
    """A new staff member with a first row of employment. Raises Refused when the number is taken or the day absurd."""
    if User.objects.filter(employee_no=employee_no).exists():
        raise Refused(_("The employee number %(number)s is already in use.") % {"number": employee_no}, code="taken")
    if not 1950 <= on.year <= 2100:
        raise Refused(_("The hire date %(day)s cannot be right.") % {"day": on}, code="absurd_day")
    check_post(post, level)
    user = User.objects.create_user(
        employee_no, password, name=name, email=email, phone=phone, created_at=now, language=""
    )
    Employment.objects.create(user=user, unit=unit, post=post, level=level, manager=manager, cause=cause, valid_from=on)
    journal.record("hired", user, by=by, now=now, data={"unit": unit.code, "post": post.code, "on": on.isoformat()})
    signals.employment_changed.send(sender=User, users=[user], now=now)
    return user


def check_post(post: Post, level: Level | None) -> None:
    """Raises Refused when the post asks for a higher level than the person has."""
    if post.least_level is not None and (level is None or level.rank < post.least_level.rank):
        raise Refused(
            _("The post %(post)s needs at least the level %(level)s.") % {"post": post, "level": post.least_level},
            code="level_too_low",
        )


@transaction.atomic
def rehire(
    *,
    user: User,
    unit: Unit,
    post: Post,
    on: date,
    now: datetime,
    by: User | None,
    level: Level | None = None,
    manager: User | None = None,
) -> User:
    """Somebody who had left comes back under the old number, with the old records and without the old roles."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _not_oneself(user, by)
    if user.employments.filter(valid_to__isnull=True).exists() or user.employments.filter(valid_to__gt=on).exists():
        raise Refused(_("%(name)s is still employed on %(day)s.") % {"name": user, "day": on}, code="employed")
    _check_manager(user, manager)
    check_post(post, level)
    user.is_active = True
    user.save(update_fields=["is_active"])
    Employment.objects.create(
        user=user, unit=unit, post=post, level=level, manager=manager, cause=Employment.Cause.HIRE, valid_from=on
    )
    journal.record("rehired", user, by=by, now=now, data={"unit": unit.code, "post": post.code, "on": on.isoformat()})
    signals.employment_changed.send(sender=User, users=[user], now=now)
    return user


@transaction.atomic
def change_employment(
    *,
    user: User,
    on: date,
    now: datetime,
    by: User | None,
    cause: str,
    unit: Unit | None = None,
    post: Post | None = None,
    level: Level | None = None,
    manager: User | None = None,
    reason: str = "",
) -> Employment:
    """Ends the row in force on the day `on` and begins a new one with what is given; the rest stays.

    `on` may lie in the future. Repeating a change already made returns the row. Raises Refused when the person is not
    employed on that day, a later row already exists, the post asks for a higher level, or somebody changes themselves.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    _not_oneself(user, by)
    rows = user.employments.select_related("unit", "post__least_level", "level", "manager")
    before = rows.current(on).first()
    if before is None:
        raise Refused(_("%(name)s is not employed on %(day)s.") % {"name": user, "day": on}, code="not_employed")
    values = {
        "unit": unit or before.unit,
        "post": post or before.post,
        "level": level or before.level,
        "manager": manager or before.manager,
    }
    if all(getattr(before, field) == value for field, value in values.items()):
        return before
    if rows.filter(valid_from__gt=on).exists():
        raise Refused(
            _("A later change of %(name)s's employment is already recorded; undo it first.") % {"name": user},
            code="later_change",
        )
    _check_manager(user, values["manager"])
    if (values["post"], values["level"]) != (before.post, before.level):
        check_post(values["post"], values["level"])
    if before.valid_from == on:
        for field, value in values.items():
            setattr(before, field, value)
        if before.cause != Employment.Cause.HIRE:
            before.cause = cause
        before.save()
        row = before
    else:
        end = before.valid_to
        before.valid_to = on
        before.save(update_fields=["valid_to"])
        row = Employment.objects.create(user=user, cause=cause, valid_from=on, valid_to=end, **values)
    journal.record(
        f"employment.{cause}",
        user,
        by=by,
        now=now,
        reason=reason,
        data={
            "on": on.isoformat(),
            "level": values["level"].code if values["level"] else None,
            "unit": values["unit"].code,
        },
    )
    signals.employment_changed.send(sender=User, users=[user], now=now)
    return row


def _not_oneself(user: User, by: User | None) -> None:
    if by is not None and by.pk == user.pk:
        raise Refused(_("Nobody changes their own employment."), code="self")


def _check_manager(user: User, manager: User | None) -> None:
    if manager is not None and manager.pk == user.pk:
        raise Refused(_("%(name)s cannot be their own manager.") % {"name": user}, code="own_manager")


@transaction.atomic
def undo_change(*, employment: Employment, by: User | None, now: datetime) -> None:
    """Takes back a change that has not begun: the row before it runs on as if nothing had been planned.

    A hire that has not begun cannot be undone, only changed. Raises Refused; a row already gone changes nothing.
    """
    user = User.objects.select_for_update().get(pk=employment.user_id)
    _not_oneself(user, by)
    row = user.employments.select_related("unit").filter(pk=employment.pk).first()
    if row is None:
        return
    if row.valid_from <= timezone.localdate(now):
        raise Refused(_("This change has begun; record another one instead."), code="begun")
    before = user.employments.filter(valid_to=row.valid_from).first()
    if before is None:
        raise Refused(_("A first employment cannot be undone; change it instead."), code="first")
    if user.employments.filter(valid_from__gt=row.valid_from).exists():
        raise Refused(_("A later change is already recorded; undo that one first."), code="later_change")
    end = row.valid_to
    row.delete()
    before.valid_to = end
    before.save(update_fields=["valid_to"])
    journal.record(
        "employment.undone", user, by=by, now=now, data={"on": row.valid_from.isoformat(), "unit": row.unit.code}
    )
    signals.employment_changed.send(sender=User, users=[user], now=now)


@transaction.atomic
def end_employment(*, user: User, last_day: date, now: datetime, by: User | None, reason: str) -> None:
    """A leaver: employment ends after `last_day`, and with that day the access; all records stay.

    Raises Refused when the person was not employed on that day or has left before it.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    _not_oneself(user, by)
    first_day_out = last_day + timedelta(days=1)
    row = user.employments.current(last_day).first()
    if row is None:
        raise Refused(_("%(name)s is not employed on %(day)s.") % {"name": user, "day": last_day}, code="not_employed")
    later = user.employments.filter(valid_from__gte=first_day_out)
    if row.valid_to == first_day_out and not later.exists():
        return
    later.delete()
    row.valid_to = first_day_out
    row.save(update_fields=["valid_to"])
    journal.record("left", user, by=by, now=now, reason=reason, data={"last_day": last_day.isoformat()})
    if first_day_out <= timezone.localdate(now):
        end_access(user=user, now=now, by=by, reason=reason)


@transaction.atomic
def stay(*, user: User, by: User | None, now: datetime) -> None:
    """Takes back a last day that has not passed. Raises Refused when the person has already left."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _not_oneself(user, by)
    row = user.employments.order_by("-valid_from").first()
    if row is None or row.valid_to is None:
        return
    if row.valid_to <= timezone.localdate(now):
        raise Refused(_("%(name)s has already left; hire them again instead.") % {"name": user}, code="left")
    row.valid_to = None
    row.save(update_fields=["valid_to"])
    journal.record("stays", user, by=by, now=now)
