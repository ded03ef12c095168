"""Addresses of exams: what a candidate opens, what an examiner opens, and the typing test."""

from django.urls import include, path

from exams.views import bank, candidates, examiners, exchange

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
    path("manage/<int:pk>/", examiners.sitting, name="sitting"),
    path("manage/<int:pk>/invite/", examiners.invite, name="invite"),
    path("manage/<int:pk>/cancel/", examiners.cancel, name="cancel"),
    path("manage/candidate/<int:pk>/", examiners.candidate, name="candidate"),
    path("manage/candidate/<int:pk>/grant/", examiners.grant, name="grant"),
    path("manage/candidate/<int:pk>/excuse/", examiners.excuse, name="excuse"),
    path("manage/attempt/<int:pk>/end/", examiners.end, name="end"),
    path("manage/attempt/<int:pk>/void/", examiners.void, name="void"),
    path("manage/attempt/<int:pk>/confirm/", examiners.confirm, name="confirm"),
    path("question/<int:pk>/preview/", bank.question_preview, name="question_preview"),
    path("question/<int:pk>/try/", bank.question_try, name="question_try"),
    path("question/<int:pk>/review/", bank.question_review, name="question_review"),
    path("question/<int:pk>/move/", bank.question_move, name="question_move"),
    path("questions/waiting/", bank.question_waiting, name="question_waiting"),
    path("questions/publish/", bank.question_publish, name="question_publish"),
    path("media/", bank.media_list, name="media_list"),
    path("media/<str:sha256>/<str:name>", bank.media, name="media"),
    path("exchange/", exchange.exchange_list, name="exchange_list"),
    path("exchange/template/", exchange.template, name="exchange_template"),
    path("exchange/export/", exchange.export, name="exchange_export"),
    path("exchange/<int:pk>/", exchange.exchange, name="exchange"),
    path("exchange/<int:pk>/import/", exchange.order, name="exchange_order"),
    path("exchange/<int:pk>/file/", exchange.download, name="exchange_file"),
    path("typing/", include("exams.typing.urls")),
]
