"""Certificates."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("certificates")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from certificates import checks, queries, receivers  # noqa: F401 - checks register themselves
        from courses import record
        from exams.signals import result_passed, what_rests_on
        from people import audience
        from people.notifications import register

        result_passed.connect(receivers.issue_earned, dispatch_uid="certificates.issue_earned")
        what_rests_on.connect(receivers.rests_on, dispatch_uid="certificates.rests_on")
        audience.register("lacks_certificate", queries.WITHOUT_CERTIFICATE)
        record.register("certificates", _("Certificates"), queries.record_lines)
        register("certificate.issued", _("Your certificate %(title)s, number %(number)s, has been issued."))
        register("certificate.revoked", _("Your certificate %(title)s has been revoked: %(reason)s"))
        register("certificate.renewable", _("Your certificate %(title)s is valid until %(day)s. You may renew it now."))
