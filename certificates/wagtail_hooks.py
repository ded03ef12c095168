"""Kinds of certificate in Wagtail's admin: what passing an exam earns. Certificates themselves are never edited."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.viewsets.model import ModelViewSet

from certificates.models import CertificateKind
from ground.deleting import GuardedDeleteView


class CertificateKindViewSet(ModelViewSet):
    """For personnel and administrators."""

    model = CertificateKind
    icon = "tick-inverse"
    menu_label = _("Kinds of certificate")
    menu_order = 450
    add_to_admin_menu = True
    delete_view_class = GuardedDeleteView
    list_display = ["name", "exam", "level", "prefix", "valid_months", "renew_days"]
    list_filter = ["level"]
    search_fields = ["name", "code", "prefix"]
    search_backend_name = None
    copy_view_enabled = False
    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("code"), FieldPanel("prefix")]),
        MultiFieldPanel([FieldPanel("exam"), FieldPanel("level"), FieldPanel("earned_from")], heading=_("Earned by")),
        MultiFieldPanel([FieldPanel("valid_months"), FieldPanel("renew_days")], heading=_("Validity")),
        FieldPanel("statement"),
    ]


@hooks.register("register_admin_viewset")
def certificate_kinds():
    """Adds the list to the menu; who sees it follows from the permissions of the role groups."""
    return CertificateKindViewSet("certificate_kinds")
