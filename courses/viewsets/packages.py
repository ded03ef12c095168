"""SCORM packages in Wagtail's admin."""

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from courses import services
from courses.models import ScormPackage
from exams.viewsets.base import RefusedIsAnError
from ground.errors import Refused


class PackageUpload(WagtailAdminModelForm):
    """A package comes as a zip file; its title is the manifest's."""

    file = forms.FileField(
        label=_("Package (zip, at most 200 MB)"),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        help_text=_("SCORM 1.2 or 2004. Each learning object becomes a package to choose in a lesson of its own."),
    )

    class Meta:
        model = ScormPackage
        fields: list[str] = []


class PackageCreate(RefusedIsAnError, generic.CreateView):
    """Checks and unpacks the zip."""

    def save_instance(self) -> ScormPackage:
        file = self.form.cleaned_data["file"]
        return services.add_package(name=file.name, content=file, by=self.request.user, now=self.request.now)


class PackageDelete(generic.DeleteView):
    """What a lesson uses stays."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            services.delete_package(package=self.object, by=self.request.user, now=self.request.now)
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return redirect(reverse("scorm_packages:edit", args=[self.object.pk]))
        messages.success(self.request, gettext("The package “%(title)s” was deleted.") % {"title": self.object.title})
        return redirect("scorm_packages:index")


class PackageIndex(generic.IndexView):
    """Packages with how many lessons use them."""

    def get_base_queryset(self) -> QuerySet[ScormPackage]:
        return super().get_base_queryset().annotate(lesson_count=Count("lessons"))


class PackageViewSet(ModelViewSet):
    """SCORM packages that lessons play."""

    model = ScormPackage
    icon = "media"
    menu_label = _("SCORM packages")
    name = "scorm_packages"
    add_to_admin_menu = True
    menu_order = 206
    index_view_class = PackageIndex
    add_view_class = PackageCreate
    delete_view_class = PackageDelete
    form_fields = ["title"]
    list_display = ["title", "standard", Column("lesson_count", label=_("Lessons")), "added_at"]
    copy_view_enabled = False
    search_backend_name = None
    search_fields = ["title"]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return super().get_form_class(for_update=for_update) if for_update else PackageUpload
