"""Addresses of courses."""

from django.urls import URLPattern, path

from courses import views

app_name = "courses"
urlpatterns: list[URLPattern] = [
    path("", views.catalogue, name="catalogue"),
    path("mine/", views.mine, name="mine"),
    path("path/", views.path, name="path"),
]
