"""What exams bring to Wagtail's admin."""

from wagtail import hooks

from exams.viewsets import ExamsGroup


@hooks.register("register_admin_viewset")
def register_exams() -> ExamsGroup:
    """The menu of question authors and examiners."""
    return ExamsGroup()
