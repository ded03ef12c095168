"""Plans: what its notifications say."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    name = "plans"
    verbose_name = _("plans")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from people.notifications import register

        register("plans.wish_declined", _("Your wish for training in “%(topic)s” was declined: %(reason)s"))
        register("plans.plan_approved", _("%(name)s has approved the plan “%(plan)s”."))
        register("plans.plan_returned", _("%(name)s has sent the plan “%(plan)s” back: %(reason)s"))
