"""The review of a course or lesson by the department that issues it, as a task of Wagtail's workflows."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Task, TaskState

from courses.models.pages import CoursePage
from people.models import Role, Unit, User
from people.policy import holders_of


def department_of(page: Page) -> Unit | None:
    """The department that issues a course, or the course of a lesson; None where nobody does."""
    course = CoursePage.objects.ancestor_of(page, inclusive=True).select_related("department").first()
    return course.department if course else None


def reviewers(page: Page) -> QuerySet[User]:
    """Who reviews a course or lesson today: those who manage the issuing department, or a unit above it; where no
    department issues it, those who write courses."""
    department, on = department_of(page), timezone.localdate()
    if department is not None:
        return holders_of([Role.MANAGER], on, over=department)
    return holders_of([Role.TRAINER, Role.ADMINISTRATOR], on)


class DepartmentReview(Task):
    """The issuing department approves what is published; nobody approves what they submitted themselves."""

    class Meta:
        verbose_name = _("review by the issuing department")
        verbose_name_plural = _("reviews by the issuing department")

    def _reviews(self, page: Page, user: User) -> bool:
        return reviewers(page).filter(pk=user.pk).exists()

    def user_can_access_editor(self, obj: Page, user: User) -> bool:
        """Reviewers read the draft in the editor."""
        return self._reviews(obj, user)

    def locked_for_user(self, obj: Page, user: User) -> bool:
        """While the department reads, its text stands still for everybody else."""
        return not self._reviews(obj, user)

    def get_actions(self, obj: Page, user: User) -> list[tuple[str, Any, bool]]:
        """What a reviewer may do with it."""
        state = obj.current_workflow_state
        if not self._reviews(obj, user) or (state is not None and state.requested_by_id == user.pk):
            return []
        return [
            ("reject", _("Request changes"), True),
            ("approve", _("Approve"), False),
            ("approve", _("Approve with comment"), True),
        ]

    @transaction.atomic
    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> None:
        """Approved by the department, the page is published by the workflow: reviewers need no right to publish pages."""
        if action_name != "approve":
            super().on_action(task_state, user, action_name, **kwargs)
            return
        task_state.approve(user=user, update=False, **kwargs)
        task_state.workflow_state.update()

    def get_task_states_user_can_moderate(self, user: User, **kwargs: Any) -> QuerySet[TaskState]:
        """What waits for this reviewer."""
        waiting = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS).select_related("workflow_state")
        pages = [state.pk for state in waiting if self._reviews(state.workflow_state.content_object, user)]
        return self.task_states.filter(pk__in=pages)

    @classmethod
    def get_description(cls) -> Any:
        """Shown where a workflow is put together."""
        return _("The managers of the department that issues the course approve it.")
