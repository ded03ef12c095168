"""The items of a plan: what, how, when, who teaches, whom; and what is arranged for them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import services as courses
from courses.models import Assignment, ClassSession, CoursePage
from ground import journal
from ground.errors import Refused
from people import audience
from people.models import Unit, User
from plans.models import AnnualPlan, Need, PlanItem
from plans.services.moves import given_reason, move
from topics.models import Topic

NOTICE_DAYS = 14
Method = PlanItem.Method


def _lock_draft(plan: AnnualPlan) -> AnnualPlan:
    plan = AnnualPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.state != AnnualPlan.State.DRAFT:
        raise Refused(
            _("The plan is %(state)s. Its items change in a draft only; send it back or open it again first.")
            % {"state": plan.get_state_display()},
            code="no_draft",
        )
    return plan


@transaction.atomic
def add_item(
    *,
    plan: AnnualPlan,
    topic: Topic,
    unit: Unit,
    content: str,
    method: str,
    month: date,
    by: User,
    now: datetime,
    instructor: User | None = None,
    external_teacher: str = "",
    course: CoursePage | None = None,
    needs: Iterable[Need] = (),
) -> PlanItem:
    """What, how, when, who teaches, whom; the needs it answers become planned. `month` is any day of the month.

    The same item again returns the first. Raises Refused for a plan that is no draft, a month outside its year,
    nobody who teaches, and a declined need.
    """
    plan = _lock_draft(plan)
    values = _item_values(plan, topic, unit, content, method, month, instructor, external_teacher, course)
    item = plan.items.filter(cancelled_at__isnull=True, **values).first()
    if item is None:
        item = plan.items.create(**values)
        journal.record("plan_item.added", item, by=by, now=now, data=_item_data(item))
    _answer(item, needs, by, now)
    return item


@transaction.atomic
def edit_item(
    *,
    item: PlanItem,
    topic: Topic,
    unit: Unit,
    content: str,
    method: str,
    month: date,
    by: User,
    now: datetime,
    instructor: User | None = None,
    external_teacher: str = "",
    course: CoursePage | None = None,
) -> PlanItem:
    """Changes an item of a draft that is not arranged yet; its needs stay. Raises Refused as add_item does."""
    plan = _lock_draft(item.plan)
    item = PlanItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    _refuse_cancelled_or_arranged(item)
    values = _item_values(plan, topic, unit, content, method, month, instructor, external_teacher, course)
    if all(getattr(item, name) == value for name, value in values.items()):
        return item
    for name, value in values.items():
        setattr(item, name, value)
    item.save()
    journal.record("plan_item.edited", item, by=by, now=now, data=_item_data(item))
    return item


@transaction.atomic
def cancel_item(*, item: PlanItem, reason: str, by: User, now: datetime) -> PlanItem:
    """Takes an item out of a plan that is not waiting for approval; needs that nothing else answers are open again.

    Raises Refused without a reason and when people have been invited or assigned already.
    """
    reason = given_reason(reason)
    plan = AnnualPlan.objects.select_for_update(of=("self",)).get(pk=item.plan_id)
    item = PlanItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.cancelled_at is not None:
        return item
    if plan.state == AnnualPlan.State.PROPOSED:
        raise Refused(_("The plan waits for approval; send it back before you change it."), code="no_draft")
    _refuse_cancelled_or_arranged(item)
    item.cancelled_at, item.cancel_reason = now, reason
    item.save(update_fields=["cancelled_at", "cancel_reason"])
    journal.record("plan_item.cancelled", item, by=by, now=now, reason=reason)
    for need in Need.objects.select_for_update(of=("self",)).filter(items=item, state=Need.State.PLANNED):
        if not need.items.filter(cancelled_at__isnull=True).exists():
            move(need, Need.State.OPEN)
            journal.record("need.reopened", need, by=by, now=now, reason=reason)
    return item


def _item_values(
    plan: AnnualPlan,
    topic: Topic,
    unit: Unit,
    content: str,
    method: str,
    month: date,
    instructor: User | None,
    external_teacher: str,
    course: CoursePage | None,
) -> dict[str, Any]:
    """The columns of an item, with only what its method needs. Raises Refused for what cannot be carried out."""
    if method not in Method.values:
        raise Refused(_("Choose how the training is given."), code="unknown_method")
    if month.year != plan.year:
        raise Refused(_("The month must lie in %(year)s, the year of the plan.") % {"year": plan.year}, code="month")
    if not content.strip():
        raise Refused(_("Say what the training is about."), code="no_content")
    if method == Method.SELF_STUDY and course is None:
        raise Refused(_("Choose the course for the online self-study."), code="no_course")
    if method == Method.EXTERNAL and not external_teacher.strip():
        raise Refused(_("Say who teaches the external course."), code="no_teacher")
    if method in (Method.LECTURE, Method.COACHING) and instructor is None:
        raise Refused(_("Choose the instructor."), code="no_instructor")
    if instructor is not None and not instructor.is_active:
        raise Refused(_("%(name)s has left; choose another instructor.") % {"name": instructor}, code="left")
    return {
        "topic": topic,
        "unit": unit,
        "content": content.strip(),
        "method": method,
        "month": month.replace(day=1),
        "instructor": None if method == Method.SELF_STUDY else instructor,
        "external_teacher": external_teacher.strip() if method == Method.EXTERNAL else "",
        "course": course,
    }


def _item_data(item: PlanItem) -> dict[str, Any]:
    return {"plan": item.plan_id, "method": item.method, "month": item.month.isoformat(), "unit": item.unit.code}


def _refuse_cancelled_or_arranged(item: PlanItem) -> None:
    if item.cancelled_at is not None:
        raise Refused(_("This item is cancelled; add a new one."), code="cancelled")
    if item.session_id is not None or item.assignments.exists():
        raise Refused(_("People have already been invited to this item; it stays as it is."), code="arranged")


def _answer(item: PlanItem, needs: Iterable[Need], by: User, now: datetime) -> None:
    """Marks needs as planned by this item."""
    wanted = Need.objects.select_for_update(of=("self",)).filter(pk__in=[need.pk for need in needs]).order_by("pk")
    for need in wanted:
        if need.state == Need.State.OPEN:
            move(need, Need.State.PLANNED)
            journal.record("need.planned", need, by=by, now=now, data={"item": item.pk})
        elif need.state == Need.State.DECLINED:
            raise Refused(_("A declined need cannot be planned; open it again first."), code="declined")
        item.needs.add(need)


@transaction.atomic
def schedule_item(
    *,
    item: PlanItem,
    by: User,
    now: datetime,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    place: str = "",
) -> ClassSession | list[Assignment]:
    """Fixes an item of an approved plan: a class session to which the unit's people are invited, or for self-study
    assignments to all of them, due at the end of the item's month (in two weeks when that is nearer).

    Repeating it returns what is arranged. Raises Refused for a plan not in force, without day, time or place, and
    when nobody of the unit is left to be trained.
    """
    plan = AnnualPlan.objects.select_for_update(of=("self",)).get(pk=item.plan_id)
    item = PlanItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.session is not None:
        return item.session
    if given := list(item.assignments.all()):
        return given
    if item.cancelled_at is not None:
        raise Refused(_("This item is cancelled; add a new one."), code="cancelled")
    if plan.state != AnnualPlan.State.APPROVED:
        raise Refused(_("The plan must be approved before anything of it is arranged."), code="not_approved")
    on = timezone.localdate(now)
    users = list(audience.members({"units": [item.unit_id]}, on).exclude(pk=item.instructor_id))
    if not users:
        raise Refused(_("Nobody works in %(unit)s now.") % {"unit": item.unit}, code="nobody")
    if item.method == Method.SELF_STUDY:
        return _assign_course(item, users, by, now)
    return _schedule_session(item, users, starts_at, ends_at, place, by, now)


def _schedule_session(
    item: PlanItem,
    users: list[User],
    starts_at: datetime | None,
    ends_at: datetime | None,
    place: str,
    by: User,
    now: datetime,
) -> ClassSession:
    if starts_at is None or ends_at is None or not place.strip():
        raise Refused(_("Say on which day, from when to when, and where."), code="no_time")
    if ends_at <= starts_at:
        raise Refused(_("The session must end after it starts."), code="wrong_time")
    if starts_at < now:
        raise Refused(_("The session would lie in the past; choose a later time."), code="past")
    title = f"{item.content} · {item.external_teacher}" if item.external_teacher else item.content
    instructor = item.instructor or by
    item.session = courses.schedule_session(
        title=title[:120],
        topic=item.topic,
        instructor=instructor,
        place=place.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        places=len(users),
        users=[user for user in users if user.pk != instructor.pk],
        by=by,
        now=now,
    )
    item.save(update_fields=["session"])
    journal.record("plan_item.scheduled", item, by=by, now=now, data={"session": item.session.pk, "people": len(users)})
    return item.session


def due_day(month: date, on: date) -> date:
    """The last day of the month, but never sooner than two weeks from now."""
    last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return max(last, on + timedelta(days=NOTICE_DAYS))


def _assign_course(item: PlanItem, users: list[User], by: User, now: datetime) -> list[Assignment]:
    on = timezone.localdate(now)
    courses.assign_all(
        users=users,
        course=item.course,
        cause=Assignment.Cause.PLAN,
        cause_date=on,
        due_on=due_day(item.month, on),
        note=item.content,
        by=by,
        now=now,
    )
    given = list(Assignment.objects.filter(course=item.course, user__in=users, withdrawn_at__isnull=True))
    if not given:
        raise Refused(
            _("Everybody in %(unit)s has completed this course already; cancel the item.") % {"unit": item.unit},
            code="all_completed",
        )
    item.assignments.set(given)
    journal.record("plan_item.assigned", item, by=by, now=now, data={"people": len(given)})
    return given
