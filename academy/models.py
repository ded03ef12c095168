"""The site itself: its root page, name and logo."""

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from courses.models import CourseIndexPage
from ground.known import Known


class HomePage(Page):
    """The root of the page tree. What a person sees at / is their home screen, in academy.views."""

    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["courses.CourseIndexPage"]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """As Wagtail routes, but straight to the catalogue, the only page below."""
        if not path_components:
            return super().route(request, path_components)
        catalogue = get_object_or_404(CourseIndexPage.objects.child_of(self), slug=path_components[0])
        return catalogue.route(request, path_components[1:])

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The home screen of whoever looks; imported here because views read models."""
        from academy.views import home

        return home(request)


@register_setting(icon="site")
class AcademySettings(BaseSiteSetting):
    """What an administrator calls the site, and its mark."""

    name = models.CharField(_("site name"), max_length=40, default="云桥学堂")
    organisation = models.CharField(_("organisation"), max_length=80, default="云桥通信客户服务中心")
    logo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    panels = [FieldPanel("name"), FieldPanel("organisation"), FieldPanel("logo")]

    class Meta:
        verbose_name = _("name and logo")

    @classmethod
    def current(cls) -> "AcademySettings":
        """What every page shows; the defaults until an administrator has said otherwise. A change made in another process
        is seen after ten seconds."""
        found = _current.get("")
        if found is None:
            found = cls.objects.select_related("logo").order_by("-site__is_default_site", "pk").first() or cls()
            _current.keep({"": found})
        return found

    def save(self, *args: Any, **options: Any) -> None:
        """Shown at once in this process."""
        super().save(*args, **options)
        _current.forget()


_current: Known[str, AcademySettings] = Known(1, seconds=10)
