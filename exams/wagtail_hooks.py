"""What exams bring to Wagtail's admin."""

from wagtail import hooks

from exams.viewsets import ExamsGroup
from exams.viewsets.exams import QuestionChooser, question_chooser


@hooks.register("register_admin_viewset")
def register_exams() -> ExamsGroup:
    """The menu of question authors and examiners."""
    return ExamsGroup()


@hooks.register("register_admin_viewset")
def register_question_chooser() -> QuestionChooser:
    """With which the exam editor takes a fixed question."""
    return question_chooser
