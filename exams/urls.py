"""Addresses of exams: what a candidate opens, what an examiner opens, and the typing test."""

from django.urls import include, path

from exams.views import board, candidates, examiners, series

app_name = "exams"
urlpatterns = [
    path("", candidates.mine, name="mine"),
    path("sitting/<int:pk>/", candidates.candidacy, name="candidacy"),
    path("sitting/<int:pk>/start/<int:part>/", candidates.start, name="start"),
    path("attempt/<int:pk>/", candidates.attempt, name="attempt"),
    path("attempt/<int:pk>/resume/", candidates.resume, name="resume"),
    path("attempt/<int:pk>/clock/", candidates.clock, name="clock"),
    path("attempt/<int:pk>/save/", candidates.save, name="save"),
    path("attempt/<int:pk>/review/", candidates.review, name="review"),
    path("attempt/<int:pk>/submit/", candidates.submit, name="submit"),
    path("result/<int:pk>/", candidates.result, name="result"),
    path("manage/", examiners.sitting_list, name="sitting_list"),
    path("manage/new/", examiners.sitting_new, name="sitting_new"),
    path("manage/<int:pk>/", board.sitting, name="sitting"),
    path("manage/<int:pk>/act/", board.act, name="act"),
    path("manage/<int:pk>/report/", board.report, name="sitting_report"),
    path("manage/<int:pk>/edit/", examiners.sitting_edit, name="sitting_edit"),
    path("manage/<int:pk>/move/", examiners.sitting_move, name="sitting_move"),
    path("manage/<int:pk>/makeup/", examiners.sitting_makeup, name="sitting_makeup"),
    path("manage/<int:pk>/safe-browser/", examiners.sitting_safe_browser, name="sitting_safe_browser"),
    path("manage/monthly/", series.series_list, name="series_list"),
    path("manage/monthly/new/", series.series_new, name="series_new"),
    path("manage/monthly/<int:pk>/end/", series.series_end, name="series_end"),
    path("exam/<int:pk>/check/", examiners.exam_check, name="exam_check"),
    path("in/<int:pk>/", candidates.enter, name="enter"),
    path("safe-browser/quit/", candidates.safe_browser_quit, name="safe_browser_quit"),
    path("sitting/<int:pk>/admit/", candidates.admit, name="admit"),
    path("sitting/<int:pk>/calendar/", candidates.calendar_file, name="calendar"),
    path("sitting/<int:pk>/safe-browser/", candidates.safe_browser_file, name="safe_browser"),
    path("manage/<int:pk>/invite/", examiners.invite, name="invite"),
    path("manage/<int:pk>/cancel/", examiners.cancel, name="cancel"),
    path("manage/candidate/<int:pk>/", examiners.candidate, name="candidate"),
    path("manage/candidate/<int:pk>/grant/", examiners.grant, name="grant"),
    path("manage/candidate/<int:pk>/excuse/", examiners.excuse, name="excuse"),
    path("manage/attempt/<int:pk>/end/", examiners.end, name="end"),
    path("manage/attempt/<int:pk>/void/", examiners.void, name="void"),
    path("manage/attempt/<int:pk>/confirm/", examiners.confirm, name="confirm"),
    path("question/<int:pk>/preview/", examiners.question_preview, name="question_preview"),
    path("typing/", include("exams.typing.urls")),
]
