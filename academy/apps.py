"""The shell."""

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class AcademyConfig(AppConfig):
    name = "academy"
    verbose_name = _("academy")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        self._keep_facts_out_of_the_reference_index()

    def _keep_facts_out_of_the_reference_index(self) -> None:
        """Wagtail indexes every foreign key at every save, to count the uses of images and pages (docs/decisions/0005)."""
        from wagtail.contrib.settings.models import AbstractSetting
        from wagtail.models import Page

        rooms = {"plans", "promotions", "certificates", "courses", "quality", "exams", "topics", "people", "ground"}
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in rooms and not issubclass(model, Page | AbstractSetting):
                model.wagtail_reference_index_ignore = True
