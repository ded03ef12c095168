"""Quality: what its notifications say, and what it counts by topic."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "quality"
    verbose_name = _("quality")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from people.notifications import register
        from quality import queries
        from topics import coverage

        register("quality.observation", _("Your contact of %(date)s was reviewed: %(score)s of 100 points."))
        register("quality.appraisal", _("Your appraisal for quarter %(quarter)s of %(year)s has been entered."))
        register("quality.violation", _("Personnel has recorded a violation from %(date)s in your file."))
        coverage.register(
            "findings",
            _("Findings of 90 days"),
            queries.findings_per_topic,
            unanswered=("lessons", _("Findings, but no lesson.")),
        )
