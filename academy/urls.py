"""Every address of the site. Wagtail's own login forms lead to ours, past no limit."""

from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from academy import views

to_login = RedirectView.as_view(pattern_name="account_login", query_string=True)

urlpatterns = [
    path("", views.home, name="home"),
    path("journal/", views.journal, name="journal"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("language/", views.choose_language, name="choose_language"),
    path("admin/login/", views.admin_login, name="admin_login"),
    path("_util/login/", to_login),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("people/", include("people.urls")),
    path("topics/", include("topics.urls")),
    path("learn/", include("courses.urls")),
    path("exams/", include("exams.urls")),
    path("certificates/", include("certificates.urls")),
    path("quality/", include("quality.urls")),
    path("plans/", include("plans.urls")),
    path("promotions/", include("promotions.urls")),
]
if settings.STYLEGUIDE:
    urlpatterns += [path("styleguide/", views.styleguide, name="styleguide")]
urlpatterns += [re_path(r"", include(wagtail_urls))]

handler403 = "academy.views.forbidden"
handler404 = "academy.views.not_found"
handler500 = "academy.views.server_error"
