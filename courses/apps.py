"""Courses."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("courses")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from courses import queries, receivers  # noqa: F401 - receivers connect themselves
        from people import notifications
        from topics import coverage

        notifications.register("course_assigned", _("The course “%(course)s” is yours to finish by %(due)s."))
        notifications.register("course_reminder", _("Please finish the course “%(course)s” (due %(due)s)."))
        notifications.register(
            "course_digest", _("%(count)s courses wait for you: %(courses)s. The first is due %(due)s.")
        )
        notifications.register("team_late", _("%(people)s of your people are newly late, with %(courses)s courses."))
        notifications.register("course_let_go", _("You need not take the course “%(course)s” any more."))
        notifications.register("report_ready", _("Your report is there: %(report)s, %(rows)s rows."))
        notifications.register(
            "report_failed", _("Your report could not be made: %(report)s. Open it to have it made again.")
        )
        notifications.register("report_ended", _("The report “%(report)s” comes no more: you may not see it now."))
        notifications.register("job_begun", _("“%(checklist)s” begins: %(coach)s signs what you show on the job."))
        notifications.register("job_taken_back", _("%(coach)s took back a signature in “%(checklist)s”: %(item)s."))
        notifications.register("job_completed", _("Every item of “%(checklist)s” is signed."))
        notifications.register("external_confirmed", _("Your external course “%(title)s” is confirmed and counts."))
        notifications.register("external_refused", _("Your external course “%(title)s” is not counted: %(reason)s"))
        notifications.register("path_assigned", _("Welcome. Your first courses are ready: %(path)s."))
        notifications.register("course_exempt", _("You need not take “%(course)s”: %(reason)s"))
        notifications.register(
            "course_due_again", _("“%(course)s” is yours to finish again: the exception does not hold.")
        )
        notifications.register(
            "course_expires", _("Your completion of “%(course)s” expires; it is yours to take again.")
        )
        notifications.register("review_asked", _("“%(page)s” waits for your review."))
        notifications.register("review_approved", _("“%(page)s” was approved and is published."))
        notifications.register("review_scheduled", _("“%(page)s” was approved and is published at the time you set."))
        notifications.register(
            "version_asked",
            _("“%(course)s” has a new version. %(count)s people completed an earlier one: must they see what changed?"),
        )
        notifications.register("review_changes", _("Changes are asked for in “%(page)s”: %(comment)s"))
        notifications.register("session_moved", _("“%(title)s” has moved: %(day)s, %(place)s."))
        notifications.register("session_cancelled", _("“%(title)s”, %(day)s, is cancelled: %(reason)s"))
        notifications.register("session_waiting", _("You are on the waiting list of “%(title)s”, %(day)s."))
        notifications.register("session_place", _("A place is yours in “%(title)s”, %(day)s, %(place)s."))
        notifications.register("session_off", _("You were taken off the list of “%(title)s”, %(day)s."))
        notifications.register("session_scheduled", _("You are expected in “%(title)s”, %(day)s, %(place)s."))
        coverage.register(
            "lessons", _("Lessons"), lambda topics, _on: queries.lessons_per_topic(topics), missing=_("No lesson.")
        )
        coverage.register(
            "questions",
            _("Live questions"),
            lambda topics, _on: queries.questions_per_topic(topics),
            missing=_("No question."),
        )
