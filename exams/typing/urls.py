"""Addresses of the typing test, inside the names of exams."""

from django.urls import path, re_path

from exams.typing.views import authors, candidates, examiners, practice, saving

urlpatterns = [
    path("passages/", authors.passage_report, name="passage_report"),
    path("passages/figures/", authors.passage_figures, name="passage_figures"),
    path("ready/<int:pk>/<int:part>/", candidates.ready, name="typing_ready"),
    path("attempt/<int:pk>/", candidates.attempt, name="typing_attempt"),
    path("attempt/<int:pk>/resume/", candidates.resume, name="typing_resume"),
    path("attempt/<int:pk>/batch/", saving.batch, name="typing_batch"),
    path("attempt/<int:pk>/chunk/<int:index>/", candidates.chunk, name="typing_chunk"),
    path("attempt/<int:pk>/recording/", examiners.recording, name="typing_recording"),
    path("recheck/<int:pk>/", candidates.recheck, name="typing_recheck"),
    path("recheck/<int:pk>/start/", candidates.recheck_start, name="typing_recheck_start"),
    path("flagged/", examiners.flagged, name="typing_flagged"),
    path("flagged/<int:pk>/", examiners.run, name="typing_run"),
    re_path(r"flagged/(?P<pk>\d+)/(?P<decision>confirm|void|recheck)/$", examiners.rule, name="typing_rule"),
    path("practice/", practice.practice, name="practice"),
    path("practice/start/", practice.practice_start, name="practice_start"),
    path("practice/<int:pk>/", practice.practice_run, name="practice_run"),
    path("practice/<int:pk>/finish/", practice.practice_finish, name="practice_finish"),
]
