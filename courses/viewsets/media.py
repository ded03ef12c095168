"""Files of lessons in Wagtail's admin, and the choosers that the lesson editor opens for each kind."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column, DownloadColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from courses import services
from courses.formats.media import LARGEST, MIB, type_of
from courses.models import LessonMedia
from exams.viewsets.base import RefusedIsAnError
from ground.errors import Refused

ENDINGS = {
    "image": ".png,.jpg,.jpeg,.webp",
    "video": ".mp4,.m4v,.webm",
    "audio": ".mp3,.m4a,.ogg,.wav",
    "document": ".pdf,.docx,.xlsx,.pptx",
}
ICONS = {"image": "image", "video": "media", "audio": "media", "document": "doc-full"}
LARGEST_CAPTION_FILE = 2 * MIB


class UploadInput(forms.FileInput):
    """A choice of file that says at once, before anything is sent, when the file is too large."""

    def __init__(self, kinds: list[str]) -> None:
        largest = max(LARGEST[kind] for kind in kinds)
        # Translators: {name} and {most} are filled in by the browser.
        sentence = _("“{name}” is larger than {most} MB. Nothing was sent; choose a smaller file.")
        attrs = {
            "accept": ",".join(ENDINGS[kind] for kind in kinds),
            "data-largest": str(largest),
            "data-too-large": sentence,
        }
        super().__init__(attrs)

    class Media:
        js = ["academy/elements/upload-limit.js"]


class Described(WagtailAdminModelForm):
    """What is said about a file. Captions are pasted or come as a file."""

    caption_file = forms.FileField(
        label=_("Captions as a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".vtt,.srt"}),
        help_text=_("WebVTT or SubRip; it replaces the captions above."),
    )

    class Meta:
        model = LessonMedia
        fields = ["alternative", "captions", "transcript"]

    def clean_caption_file(self) -> str:
        """Its text. Raises an error for what is no text in UTF-8 or GB 18030."""
        given = self.cleaned_data["caption_file"]
        if given is None:
            return ""
        if given.size > LARGEST_CAPTION_FILE:
            raise forms.ValidationError(gettext("A file of captions has at most 2 MB."))
        content = given.read()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise forms.ValidationError(gettext("The file of captions cannot be read: save it as UTF-8."))

    def words(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        return {
            "alternative": data["alternative"],
            "captions": data["caption_file"] or data["captions"],
            "transcript": data["transcript"],
        }


class Upload(Described):
    """A file of any kind that lessons show."""

    kinds = list(LARGEST)
    file = forms.FileField(label=_("File"))
    field_order = ["file", "alternative", "captions", "caption_file", "transcript"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget = UploadInput(self.kinds)
        self.fields["file"].help_text = " · ".join(
            f"{LessonMedia.Kind(kind).label} ≤ {LARGEST[kind] // MIB} MB" for kind in self.kinds
        )
        if "image" not in self.kinds:
            del self.fields["alternative"]
        if not {"video", "audio"} & set(self.kinds):
            for name in ("captions", "caption_file", "transcript"):
                del self.fields[name]

    def words(self) -> dict[str, Any]:
        """What the services take; a kind that has no captions gives none."""
        data = self.cleaned_data
        return {
            "alternative": data.get("alternative", ""),
            "captions": data.get("caption_file") or data.get("captions", ""),
            "transcript": data.get("transcript", ""),
        }


def _keep(form: Upload, request: HttpRequest) -> LessonMedia:
    file = form.cleaned_data["file"]
    return services.add_media(file=file.file, name=file.name, by=request.user, now=request.now, **form.words())


class MediaCreate(RefusedIsAnError, generic.CreateView):
    """Keeps a file; the same content again opens the file that is kept."""

    def save_instance(self) -> LessonMedia:
        return _keep(self.form, self.request)


class MediaEdit(RefusedIsAnError, generic.EditView):
    """What is said about the file; its content stays."""

    def save_instance(self) -> LessonMedia:
        title = self.form.cleaned_data["title"]
        return services.describe_media(
            media=self.form.instance, title=title, by=self.request.user, now=self.request.now, **self.form.words()
        )


class MediaDelete(generic.DeleteView):
    """What a lesson shows stays."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            services.delete_media(media=self.object, by=self.request.user, now=self.request.now)
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return redirect(reverse("lesson_media:edit", args=[self.object.pk]))
        messages.success(self.request, gettext("The file “%(title)s” was deleted.") % {"title": self.object.title})
        return redirect("lesson_media:index")


class DescribedAnew(Described):
    """A kept file: its title too."""

    field_order = ["title", "alternative", "captions", "caption_file", "transcript"]

    class Meta(Described.Meta):
        fields = ["title", *Described.Meta.fields]


class MediaViewSet(ModelViewSet):
    """All files of lessons."""

    model = LessonMedia
    icon = "media"
    menu_label = _("Lesson files")
    name = "lesson_media"
    add_to_admin_menu = True
    menu_order = 204
    add_view_class = MediaCreate
    edit_view_class = MediaEdit
    delete_view_class = MediaDelete
    list_display = [
        "title",
        Column("get_kind_display", label=_("Kind"), sort_key="kind"),
        DownloadColumn("size_in_words", label=_("File")),
        "added_by",
        "added_at",
    ]
    list_filter = ["kind"]
    search_backend_name = None
    search_fields = ["title", "alternative", "transcript"]
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        """Uploading asks for the file, editing for the words."""
        return DescribedAnew if for_update else Upload


class KindCreate(chooser.CreateView):
    """A refusal is an error of the form in the chooser's window."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keeps the file and chooses it."""
        self.form = self.get_creation_form()
        if self.form.is_valid():
            try:
                if type_of(self.form.cleaned_data["file"].file).kind in self.form.kinds:
                    return self.get_chosen_response(_keep(self.form, request))
                kind = LessonMedia.Kind(self.form.kinds[0]).label
                self.form.add_error("file", gettext("Choose a file of this kind: %(kind)s.") % {"kind": kind})
            except Refused as refusal:
                self.form.add_error("file", str(refusal))
        return self.get_reshow_creation_form_response()


class KindChooser(ChooserViewSet):
    """Chooses a file of one kind, or uploads it."""

    model = LessonMedia
    choose_one_text = _("Choose a file")
    choose_another_text = _("Choose another file")
    create_action_label = _("Upload")
    create_view_class = KindCreate
    register_widget = False
    kind: str

    def get_object_list(self) -> Any:
        """Files of the kind, the newest first."""
        return LessonMedia.objects.filter(kind=self.kind)


def choosers() -> list[KindChooser]:
    """One chooser a kind; blocks.py names them."""
    return [
        KindChooser(
            f"lesson_{kind}_chooser",
            kind=kind,
            icon=ICONS[kind],
            creation_form_class=type(f"{kind.capitalize()}Upload", (Upload,), {"kinds": [kind]}),
        )
        for kind in LessonMedia.Kind.values
    ]
