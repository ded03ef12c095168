"""Addresses of quality."""

from django.urls import path

from quality import views

app_name = "quality"
urlpatterns = [
    path("observations/", views.observation_list, name="observation_list"),
    path("observations/new/", views.observation_new, name="observation_new"),
    path("observations/<int:pk>/", views.observation, name="observation"),
    path("mine/", views.mine, name="mine"),
    path("appraisals/", views.appraisal_list, name="appraisal_list"),
    path("appraisals/new/", views.appraisal_new, name="appraisal_new"),
    path("violations/", views.violation_list, name="violation_list"),
    path("violations/new/", views.violation_new, name="violation_new"),
]
