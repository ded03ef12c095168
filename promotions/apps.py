"""Promotions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromotionsConfig(AppConfig):
    name = "promotions"
    verbose_name = _("promotions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from people.notifications import register

        register("promotions.proposed", _("You are proposed for %(level)s in %(round)s."))
        register("promotions.withdrawn", _("Your case for %(level)s in %(round)s was withdrawn."))
        register("promotions.vote", _("%(count)s cases of %(round)s are waiting for your vote."))
        register("promotions.promoted", _("You are promoted to %(level)s from %(day)s."))
        register("promotions.refused", _("You were not promoted to %(level)s this time. The case says why."))
        register("promotions.appealed", _("%(name)s appeals against the refusal of %(level)s."))
        register(
            "promotions.settled", _("Your appeal about %(level)s is settled by your department. The case says how.")
        )
        register(
            "promotions.unsettled",
            _("Your department could not settle your appeal about %(level)s; personnel rules on it."),
        )
        register("promotions.to_rule", _("The appeal of %(name)s about %(level)s is waiting for your ruling."))
        register("promotions.dismissed", _("Your appeal about %(level)s was dismissed. The case says why."))
        register("promotions.demoted", _("Your level is %(level)s from %(day)s. Personnel has the reasons."))
