"""Exams."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = _("exams")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from exams import queries, receivers  # noqa: F401 - receivers connect themselves
        from people import audience
        from people.notifications import register

        audience.register("weak_topic", queries.WEAK_IN_TOPIC)

        register("exams.invited", _("You are invited to “%(sitting)s”, which opens at %(opens)s."))
        register("exams.cancelled", _("“%(sitting)s” has been called off."))
        register("exams.moved", _("“%(sitting)s” has a new time: %(opens)s – %(closes)s. Reason: %(reason)s"))
        register("exams.series_stuck", _("The monthly sitting “%(series)s” could not be opened: %(why)s"))
        register("exams.passed", _("You have passed %(exam)s (%(sitting)s)."))
        register("exams.not_passed", _("You have not passed %(exam)s (%(sitting)s). See what to work on."))
        register("exams.corrected", _("A key in “%(exam)s” was corrected, and your result is a different one now."))
        register("exams.remark_asked", _("A candidate of “%(exam)s” asks for an answer to be marked again."))
        register(
            "exams.remark_changed", _("“%(exam)s”: question %(position)s was marked again, and your mark changed.")
        )
        register("exams.remark_kept", _("“%(exam)s”: question %(position)s was marked again, and your mark stands."))
        register(
            "exams.recheck",
            _("A supervised re-check of your typing in “%(exam)s” has been arranged: three minutes with an examiner."),
        )
        register("exams.void", _("Your attempt at “%(exam)s” was declared void: %(reason)s"))
