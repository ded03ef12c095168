"""Addresses of courses; the pages themselves lie in the page tree."""

from django.urls import URLPattern, path

from courses.views import learning, training

app_name = "courses"
urlpatterns: list[URLPattern] = [
    path("", learning.catalogue, name="catalogue"),
    path("mine/", learning.mine, name="mine"),
    path("path/", learning.path, name="path"),
    path("lessons/<int:pk>/done/", learning.complete_lesson, name="complete_lesson"),
    path("lessons/<int:pk>/check/<str:code>/", learning.check, name="check"),
    path("training/", training.training, name="training"),
    path("training/matrix/", training.matrix, name="matrix"),
    path("training/assign/", training.assign, name="assign"),
    path("training/assignments/<int:pk>/", training.assignment, name="assignment"),
    path("training/assignments/<int:pk>/withdraw/", training.withdraw, name="withdraw"),
    path("sessions/", training.session_list, name="session_list"),
    path("sessions/new/", training.session_new, name="session_new"),
    path("sessions/<int:pk>/", training.session, name="session"),
    path("sessions/<int:pk>/attendance/", training.attendance, name="attendance"),
]
