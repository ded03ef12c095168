"""Addresses of promotions."""

from django.urls import path

from promotions import views

app_name = "promotions"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("rounds/", views.round_list, name="round_list"),
    path("rounds/new/", views.round_new, name="round_new"),
    path("rounds/<int:pk>/", views.round_detail, name="round"),
    path("rounds/<int:pk>/panel/", views.round_bring, name="round_bring"),
    path("rounds/<int:pk>/close/", views.round_close, name="round_close"),
    path("rounds/<int:pk>/propose/<int:user_pk>/", views.propose, name="propose"),
    path("ready/", views.ready, name="ready"),
    path("demotions/", views.demotions, name="demotions"),
    path("demotions/<int:user_pk>/", views.demote, name="demote"),
    path("cases/<int:pk>/", views.case_detail, name="case"),
    path("cases/<int:pk>/vote/", views.case_vote, name="case_vote"),
    path("cases/<int:pk>/decide/", views.case_decide, name="case_decide"),
    path("cases/<int:pk>/withdraw/", views.case_withdraw, name="case_withdraw"),
    path("cases/<int:pk>/appeal/", views.case_appeal, name="case_appeal"),
    path("cases/<int:pk>/appeal/mediate/", views.appeal_mediate, name="appeal_mediate"),
    path("cases/<int:pk>/appeal/rule/", views.appeal_rule, name="appeal_rule"),
]
