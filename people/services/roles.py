"""Roles, and the Wagtail groups that follow them."""

from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
)

from ground import journal
from ground.errors import Refused
from people.models import Role, RoleAssignment, Unit, User
from people.policy import grantable, roles_of

GROUP_PREFIX = "role: "


@transaction.atomic
def assign_role(
    *, user: User, role: str, unit: Unit, valid_from: date, now: datetime, by: User | None, valid_to: date | None = None
) -> RoleAssignment:
    """Gives a role over a unit and all below it, and puts the person into its Wagtail group.

    Repeating it returns the assignment. Raises Refused when somebody gives it to themselves or may not give it there.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    _may_change(user, role, unit, by, timezone.localdate(now))
    if not user.is_active:
        raise Refused(_("%(name)s no longer works here.") % {"name": user}, code="inactive")
    if valid_to is not None and valid_to <= valid_from:
        raise Refused(_("A role ends after it begins."), code="period")
    assignment, created = RoleAssignment.objects.get_or_create(
        user=user, role=role, unit=unit, valid_from=valid_from, defaults={"valid_to": valid_to}
    )
    if created:
        journal.record("role.assigned", user, by=by, now=now, data={"role": role, "unit": unit.code})
    sync_groups(user=user, on=timezone.localdate(now))
    return assignment


@transaction.atomic
def end_role(*, assignment: RoleAssignment, on: date, now: datetime, by: User | None) -> None:
    """Ends a role from the day `on`; one that would have begun later is taken back. Repeating it changes nothing."""
    user = User.objects.select_for_update().get(pk=assignment.user_id)
    assignment = RoleAssignment.objects.select_related("unit").filter(pk=assignment.pk).first()
    if assignment is None or (assignment.valid_to is not None and assignment.valid_to <= on):
        return
    _may_change(user, assignment.role, assignment.unit, by, timezone.localdate(now))
    if assignment.valid_from >= on:
        assignment.delete()
    else:
        assignment.valid_to = on
        assignment.save(update_fields=["valid_to"])
    data = {"role": assignment.role, "unit": assignment.unit.code}
    journal.record("role.ended", user, by=by, now=now, data=data)
    sync_groups(user=user, on=timezone.localdate(now))


def _may_change(user: User, role: str, unit: Unit, by: User | None, on: date) -> None:
    if by is None:
        return
    if by.pk == user.pk:
        raise Refused(_("Nobody gives or takes a role of their own."), code="self")
    if not any(unit.path.startswith(path) for path in grantable(by, on).get(role, [])):
        raise Refused(_("You may not give this role over %(unit)s.") % {"unit": unit}, code="not_grantable")


def sync_groups(*, user: User, on: date) -> None:
    """Makes the person's Wagtail groups equal to the roles in force on a day."""
    user.__dict__.pop("_roles", None)
    names = {GROUP_PREFIX + role for role in roles_of(user, on)}
    wanted = set(Group.objects.filter(name__in=names))
    held = set(user.groups.filter(name__startswith=GROUP_PREFIX))
    user.groups.add(*(wanted - held))
    user.groups.remove(*(held - wanted))


@transaction.atomic
def sync_all_groups(*, now: datetime) -> int:
    """Lets roles that began or ended with the day take effect in Wagtail's groups; returns how many memberships changed.

    Costs five queries, whatever the number of people. The nightly schedule calls it.
    """
    on = timezone.localdate(now)
    groups = {
        group.name.removeprefix(GROUP_PREFIX): group.pk for group in Group.objects.filter(name__startswith=GROUP_PREFIX)
    }
    assignments = RoleAssignment.objects.in_force(on).filter(user__is_active=True).values_list("user_id", "role")
    wanted = {(user, groups[role]) for user, role in assignments if role in groups}
    membership = User.groups.through
    rows = {
        (user, group): pk
        for pk, user, group in membership.objects.filter(group__in=groups.values()).values_list(
            "pk", "user_id", "group_id"
        )
    }
    membership.objects.filter(pk__in=[pk for pair, pk in rows.items() if pair not in wanted]).delete()
    missing = wanted - set(rows)
    membership.objects.bulk_create([membership(user_id=user, group_id=group) for user, group in missing])
    return len(missing) + len(set(rows) - wanted)


# What each role may do in Wagtail's admin: pages (add, change, publish) and model permissions by app label and model.
AUTHORS = {Role.TRAINER, Role.ADMINISTRATOR}
# Who opens the admin only to review what waits for them there.
REVIEWERS = {Role.MANAGER}
MODEL_PERMISSIONS: dict[str, list[str]] = {
    Role.TRAINER: [
        "exams.question",
        "topics.topic",
        "courses.learningpath",
        "courses.pathstep",
        "courses.jobchecklist",
        "courses.jobchecklistitem",
        "courses.lessonmedia",
        "courses.scormpackage",
    ],
    Role.EXAMINER: ["exams.question", "exams.exam", "exams.passage", "exams.typingstandard"],
    Role.INSPECTOR: ["quality.checklist"],
    Role.PERSONNEL: ["certificates.certificatekind"],
    Role.ADMINISTRATOR: [
        "exams.question",
        "exams.exam",
        "exams.passage",
        "exams.typingstandard",
        "topics.topic",
        "topics.strand",
        "courses.learningpath",
        "courses.pathstep",
        "courses.jobchecklist",
        "courses.jobchecklistitem",
        "courses.lessonmedia",
        "courses.scormpackage",
        "quality.checklist",
        "people.user",
        "people.unit",
        "people.post",
        "people.level",
        "certificates.certificatekind",
        "academy.academysettings",
        "quality.qualitysettings",
        "courses.remindersettings",
        "plans.needthresholds",
        "promotions.ladderrule",
    ],
}


def _verbs(label: str) -> tuple[str, ...]:
    """People are never deleted: they leave, and every record stays."""
    return ("add", "change", "view") if label == "people.user" else ("add", "change", "view", "delete")


def _let_authors_review() -> None:
    """Authors' groups review pages, not Wagtail's own, which nobody is in; what Wagtail named is named for our readers."""
    task = GroupApprovalTask.objects.filter(groups__name="Moderators").first()
    with translation.override(settings.LANGUAGE_CODE):
        if task is not None:
            task.groups.set(Group.objects.filter(name__in=[GROUP_PREFIX + role for role in AUTHORS]))
            task.name = _("Review by a colleague")
            task.save()
            Workflow.objects.filter(workflow_tasks__task=task).update(name=task.name)
        Page.objects.filter(depth=1, title="Root").update(title=_("All pages"), draft_title=_("All pages"))
    Group.objects.filter(name__in=["Moderators", "Editors"], user=None).delete()


@transaction.atomic
def ensure_groups() -> None:
    """One Wagtail group a role with its permissions; running it again changes nothing."""
    access = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    root, files = Page.objects.filter(depth=1).first(), Collection.objects.filter(depth=1).first()
    for role in Role.values:
        group, _created = Group.objects.get_or_create(name=GROUP_PREFIX + role)
        labels = MODEL_PERMISSIONS.get(role, [])
        if role not in AUTHORS | REVIEWERS and not labels:
            continue
        permissions = list(access)
        for label in labels:
            app, model = label.split(".")
            permissions += Permission.objects.filter(
                content_type__app_label=app,
                codename__in=[f"{verb}_{model}" for verb in _verbs(label)],
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
    _let_authors_review()
