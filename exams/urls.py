"""Addresses of exams."""

from django.urls import path

from exams import views

app_name = "exams"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("result/<int:pk>/", views.result, name="result"),
]
