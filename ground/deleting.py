"""Deleting in Wagtail's admin: what is in use stays, and a sentence says so."""

from django import forms
from django.contrib import messages
from django.db.models import Model, ProtectedError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from wagtail.admin.views import generic


def tagged(thing: Model) -> bool:
    """Whether rows elsewhere name this one in a field that takes many; the database would only forget them."""
    return any(
        relation.through.objects.filter(**{relation.field.m2m_reverse_field_name(): thing}).exists()
        for relation in thing._meta.related_objects
        if relation.many_to_many
    )


class GuardedDeleteView(generic.DeleteView):
    """Says in a sentence that something in use stays."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            if not tagged(self.object):
                return super().form_valid(form)
        except ProtectedError:
            pass
        words = gettext("“%(name)s” is in use, also by past records, and stays.") % {"name": self.object}
        messages.error(self.request, words)
        return redirect(self.get_success_url())
