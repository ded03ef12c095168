"""What exams bring to Wagtail's admin, by menu item."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSetGroup

from exams.typing.viewsets import PassageViewSet
from exams.viewsets.exams import ExamViewSet
from exams.viewsets.questions import QuestionViewSet
from exams.viewsets.standards import StandardViewSet


class ExamsGroup(ModelViewSetGroup):
    """The authors' menu."""

    menu_label = _("Exams")
    menu_name = "exams"
    menu_icon = "form"
    items = (QuestionViewSet, ExamViewSet, StandardViewSet, PassageViewSet)
