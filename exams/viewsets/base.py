"""What the viewsets of exams share: nothing is deleted, and what a service refuses is an error of the form."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import URLPattern
from wagtail.admin.viewsets.model import ModelViewSet

from ground.errors import Refused


class NothingIsDeleted:
    """Retired, never deleted: what was asked stays."""

    def get_delete_url(self, *args: Any) -> None:
        return None


class RefusedIsAnError:
    """What a service refuses is an error of the form; nothing is saved."""

    def form_valid(self, form: forms.ModelForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            # Wagtail sets these when it validates; a refusal comes later.
            self.produced_error_code, self.produced_error_message = "refused", str(refusal)
            return self.form_invalid(form)


class KeepingViewSet(ModelViewSet):
    """Without the address that deletes."""

    copy_view_enabled = False
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "delete"]
