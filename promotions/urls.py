"""Addresses of promotions."""

from django.urls import URLPattern

app_name = "promotions"
urlpatterns: list[URLPattern] = []
