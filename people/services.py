"""Every write about people."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from ground import journal
from ground.errors import Refused
from people import signals
from people.models import Employment, Level, Notification, Post, Role, RoleAssignment, Unit, User

GROUP_PREFIX = "role: "


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
    """A new staff member with a first row of employment. Raises Refused when the number is taken."""
    if User.objects.filter(employee_no=employee_no).exists():
        raise Refused(_("The employee number %(number)s is already in use.") % {"number": employee_no}, code="taken")
    user = User.objects.create_user(
        employee_no, password, name=name, email=email, phone=phone, created_at=now, language=""
    )
    Employment.objects.create(user=user, unit=unit, post=post, level=level, manager=manager, cause=cause, valid_from=on)
    journal.record("hired", user, by=by, now=now, data={"unit": unit.code, "post": post.code, "on": on.isoformat()})
    signals.employment_changed.send(sender=User, user=user, now=now)
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
    employed on that day or a later row already exists.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    rows = user.employments.all()
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
    if before.valid_from == on:
        for field, value in values.items():
            setattr(before, field, value)
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
    signals.employment_changed.send(sender=User, user=user, now=now)
    return row


@transaction.atomic
def end_employment(*, user: User, last_day: date, now: datetime, by: User | None, reason: str) -> None:
    """A leaver: employment ends after `last_day`; access ends at once when that day is over, all records stay."""
    user = User.objects.select_for_update().get(pk=user.pk)
    first_day_out = date.fromordinal(last_day.toordinal() + 1)
    user.employments.filter(valid_from__gte=first_day_out).delete()
    row = user.employments.order_by("-valid_from").first()
    if row is not None and (row.valid_to is None or row.valid_to > first_day_out):
        row.valid_to = first_day_out
        row.save(update_fields=["valid_to"])
    journal.record("left", user, by=by, now=now, reason=reason, data={"last_day": last_day.isoformat()})
    if first_day_out <= timezone.localdate(now):
        end_access(user=user, now=now, by=by, reason=reason)


@transaction.atomic
def end_access(*, user: User, now: datetime, by: User | None, reason: str) -> None:
    """Takes the person's access away at once: account, sessions, open attempts (through the signal)."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    for session in Session.objects.filter(expire_date__gt=now).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
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
def assign_role(
    *, user: User, role: str, unit: Unit, valid_from: date, now: datetime, by: User | None, valid_to: date | None = None
) -> RoleAssignment:
    """Gives a role over a unit and all below it, and puts the person into its Wagtail group."""
    assignment, created = RoleAssignment.objects.get_or_create(
        user=user, role=role, unit=unit, valid_from=valid_from, defaults={"valid_to": valid_to}
    )
    if created:
        journal.record("role.assigned", user, by=by, now=now, data={"role": role, "unit": unit.code})
    sync_groups(user=user, on=timezone.localdate(now))
    return assignment


@transaction.atomic
def end_role(*, assignment: RoleAssignment, on: date, now: datetime, by: User | None) -> None:
    """Ends a role from the day `on`."""
    if assignment.valid_from >= on:
        assignment.delete()
    else:
        assignment.valid_to = on
        assignment.save(update_fields=["valid_to"])
    journal.record("role.ended", assignment.user, by=by, now=now, data={"role": assignment.role})
    sync_groups(user=assignment.user, on=timezone.localdate(now))


def sync_groups(*, user: User, on: date) -> None:
    """Makes the person's Wagtail groups equal to the roles in force on a day."""
    from people.policy import roles_of

    user.__dict__.pop("_roles", None)
    names = {GROUP_PREFIX + role for role in roles_of(user, on)}
    wanted = set(Group.objects.filter(name__in=names))
    held = set(user.groups.filter(name__startswith=GROUP_PREFIX))
    user.groups.add(*(wanted - held))
    user.groups.remove(*(held - wanted))


# What each role may do in Wagtail's admin: pages (add, change, publish) and model permissions by app label and model.
AUTHORS = {Role.TRAINER, Role.ADMINISTRATOR}
MODEL_PERMISSIONS: dict[str, list[str]] = {
    Role.TRAINER: ["exams.question", "topics.topic", "courses.learningpath", "courses.pathstep"],
    Role.EXAMINER: ["exams.question", "exams.exam", "exams.passage", "exams.typingstandard"],
    Role.INSPECTOR: ["quality.checklist"],
    Role.PERSONNEL: ["people.user", "people.roleassignment", "certificates.certificatekind"],
    Role.ADMINISTRATOR: [
        "exams.question",
        "exams.exam",
        "exams.passage",
        "exams.typingstandard",
        "topics.topic",
        "topics.strand",
        "courses.learningpath",
        "courses.pathstep",
        "quality.checklist",
        "people.user",
        "people.unit",
        "people.post",
        "people.level",
        "people.roleassignment",
        "certificates.certificatekind",
        "academy.academysettings",
        "promotions.ladderrule",
    ],
}


@transaction.atomic
def ensure_groups() -> None:
    """One Wagtail group a role with its permissions; running it again changes nothing."""
    access = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    root, files = Page.objects.filter(depth=1).first(), Collection.objects.filter(depth=1).first()
    for role in Role.values:
        group, _created = Group.objects.get_or_create(name=GROUP_PREFIX + role)
        labels = MODEL_PERMISSIONS.get(role, [])
        if role not in AUTHORS and not labels:
            continue
        permissions = list(access)
        for label in labels:
            app, model = label.split(".")
            permissions += Permission.objects.filter(
                content_type__app_label=app,
                codename__in=[f"{verb}_{model}" for verb in ("add", "change", "view", "delete")],
            )
        group.permissions.set(permissions)
        if role in AUTHORS and root and files:
            for permission in Permission.objects.filter(
                content_type__app_label="wagtailcore", codename__in=["add_page", "change_page", "publish_page"]
            ):
                GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
            for permission in Permission.objects.filter(
                content_type__app_label__in=["wagtailimages", "wagtaildocs"],
                codename__in=[
                    "add_image",
                    "change_image",
                    "choose_image",
                    "add_document",
                    "change_document",
                    "choose_document",
                ],
            ):
                GroupCollectionPermission.objects.get_or_create(group=group, collection=files, permission=permission)


def notify(
    *, users: Iterable[User], kind: str, key: str, now: datetime, params: dict[str, Any] | None = None, url: str = ""
) -> None:
    """Puts a line into each person's notification centre; the same key reaches a person once.

    `kind` is registered in people.notifications with its sentence; `params` fill its placeholders.
    """
    Notification.objects.bulk_create(
        [Notification(user=user, kind=kind, key=key, params=params or {}, url=url, created_at=now) for user in users],
        ignore_conflicts=True,
    )


def read_notifications(*, user: User, now: datetime) -> int:
    """Marks every notification of the person as read; returns how many were new."""
    return user.notifications.filter(read_at__isnull=True).update(read_at=now)


def choose_language(*, user: User, language: str) -> None:
    """Keeps the person's choice of language."""
    user.language = language
    user.save(update_fields=["language"])
