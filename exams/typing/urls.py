"""Addresses of the typing test, inside the names of exams."""

from django.urls import path

from exams.typing import authoring, saving, views

urlpatterns = [
    path("passages/", authoring.passage_report, name="passage_report"),
    path("passages/figures/", authoring.passage_figures, name="passage_figures"),
    path("ready/<int:pk>/<int:part>/", views.ready, name="typing_ready"),
    path("attempt/<int:pk>/", views.attempt, name="typing_attempt"),
    path("attempt/<int:pk>/resume/", views.resume, name="typing_resume"),
    path("attempt/<int:pk>/batch/", saving.batch, name="typing_batch"),
    path("attempt/<int:pk>/chunk/<int:index>/", views.chunk, name="typing_chunk"),
    path("practice/", views.practice, name="practice"),
    path("practice/start/", views.practice_start, name="practice_start"),
    path("practice/<int:pk>/", views.practice_run, name="practice_run"),
    path("practice/<int:pk>/finish/", views.practice_finish, name="practice_finish"),
]
