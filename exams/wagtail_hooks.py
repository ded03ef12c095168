"""What exams bring to Wagtail's admin."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from exams import policy
from exams.viewsets import ExamsGroup
from exams.viewsets.exams import QuestionChooser, question_chooser
from people.policy import has_role


@hooks.register("register_admin_viewset")
def register_exams() -> ExamsGroup:
    """The menu of question authors and examiners."""
    return ExamsGroup()


@hooks.register("register_admin_viewset")
def register_question_chooser() -> QuestionChooser:
    """With which the exam editor takes a fixed question."""
    return question_chooser


class ExchangeMenuItem(MenuItem):
    """Shown to those who write questions."""

    def is_shown(self, request: HttpRequest) -> bool:
        return has_role(request, *policy.WRITES_QUESTIONS)


@hooks.register("register_admin_menu_item")
def register_exchange() -> ExchangeMenuItem:
    """Questions in files."""
    return ExchangeMenuItem(
        _("Import and export questions"), reverse("exams:exchange_list"), name="question-exchange", icon_name="upload"
    )
