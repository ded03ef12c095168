"""The review by the issuing department: set up below the catalogue, and told to whom it concerns."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Page, TaskState, Workflow, WorkflowPage, WorkflowState, WorkflowTask

from courses.models import CourseIndexPage, DepartmentReview
from courses.models.review import reviewers
from courses.services.rulings import ask_about_version
from people.services import notify


@transaction.atomic
def review_below(*, catalogue: CourseIndexPage) -> Workflow:
    """Courses and lessons below the catalogue are reviewed by the department that issues them. Repeating it changes nothing,
    and a workflow that an administrator gave the catalogue stays."""
    given = WorkflowPage.objects.filter(page=catalogue).select_related("workflow").first()
    if given is not None:
        return given.workflow
    with override(settings.LANGUAGE_CODE):
        name = _("Review by the issuing department")
    task = DepartmentReview.objects.filter(active=True).first() or DepartmentReview.objects.create(name=name)
    workflow = Workflow.objects.filter(workflow_tasks__task=task, active=True).first()
    if workflow is None:
        workflow = Workflow.objects.create(name=name)
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=catalogue)
    return workflow


def tell_reviewers(*, state: TaskState, now: datetime) -> None:
    """Says to the reviewers that something waits for them; not to who submitted it."""
    page: Page = state.workflow_state.content_object
    people = reviewers(page).exclude(pk=state.workflow_state.requested_by_id)
    notify(
        users=list(people),
        kind="review_asked",
        key=f"review-asked:{state.pk}",
        now=now,
        params={"page": page.get_latest_revision_as_object().title},
        url=reverse("wagtailadmin_pages:edit", args=[page.pk]),
    )


def tell_author(*, state: WorkflowState, approved: bool, now: datetime) -> None:
    """Says to who submitted a page how its review ended; of a new version that it published, it asks who must see it."""
    page, author = state.content_object, state.requested_by
    if author is None or not isinstance(page, Page):
        return
    ended = state.current_task_state
    waits = approved and page.get_latest_revision().approved_go_live_at is not None
    notify(
        users=[author],
        kind="review_changes" if not approved else "review_scheduled" if waits else "review_approved",
        key=f"review-ended:{state.pk}:{ended.pk if ended else 0}",
        now=now,
        params={"page": page.get_latest_revision_as_object().title, "comment": ended.comment[:200] if ended else ""},
        url=reverse("wagtailadmin_pages:edit", args=[page.pk]),
    )
    if approved:
        ask_about_version(page=page, author=author, now=now)
