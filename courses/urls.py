"""Addresses of courses; the pages themselves lie in the page tree."""

from django.urls import URLPattern, path

from courses.views import learning

app_name = "courses"
urlpatterns: list[URLPattern] = [
    path("", learning.catalogue, name="catalogue"),
    path("mine/", learning.mine, name="mine"),
    path("path/", learning.path, name="path"),
    path("lessons/<int:pk>/done/", learning.complete_lesson, name="complete_lesson"),
    path("lessons/<int:pk>/check/<str:code>/", learning.check, name="check"),
]
