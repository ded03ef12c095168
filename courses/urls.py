"""Addresses of courses; the pages themselves lie in the page tree."""

from django.urls import URLPattern, path

from courses.views import assigning, documents, learning, packages, practice, record, reports, sessions, training

app_name = "courses"
urlpatterns: list[URLPattern] = [
    # Learning.
    path("", learning.catalogue, name="catalogue"),
    path("mine/", learning.mine, name="mine"),
    path("path/", learning.path, name="path"),
    path("daily/", practice.daily, name="daily"),
    path("daily/<str:code>/", practice.daily_answer, name="daily_answer"),
    path("courses/<int:pk>/feedback/", learning.give_feedback, name="give_feedback"),
    path("record/", record.own, name="record"),
    path("record/transcript/", record.own_transcript, name="transcript"),
    path("record/<int:pk>/", record.of_person, name="record_of"),
    path("record/<int:pk>/transcript/", record.transcript_of, name="transcript_of"),
    path("lessons/<int:pk>/done/", learning.complete_lesson, name="complete_lesson"),
    path("lessons/<int:pk>/progress/", learning.lesson_progress, name="lesson_progress"),
    path("lessons/<int:pk>/acknowledge/<str:block>/", learning.acknowledge, name="acknowledge"),
    path("lessons/<int:pk>/check/<str:code>/", learning.check, name="check"),
    path("lessons/<int:pk>/package/", packages.package_state, name="package_state"),
    path("package/<str:token>/<path:name>", packages.package_file, name="package_file"),
    path("media/<str:sha256>/", documents.media, name="media"),
    # Tracking.
    path("training/", training.training, name="training"),
    path("training/matrix/", training.matrix, name="matrix"),
    path("training/remind/", training.remind, name="remind"),
    path("training/matrix/export/", reports.export_new, name="export_new"),
    path("training/courses/", reports.course_list, name="report_list"),
    path("training/courses/<int:pk>/", reports.course, name="report"),
    path("training/exports/<int:pk>/", reports.export, name="export"),
    path("training/exports/<int:pk>/file/", reports.export_file, name="export_file"),
    # Assigning.
    path("training/assign/", assigning.assign, name="assign"),
    path("training/assignments/<int:pk>/", assigning.assignment, name="assignment"),
    path("training/assignments/<int:pk>/withdraw/", assigning.withdraw, name="withdraw"),
    path("training/assignments/<int:pk>/exempt/", assigning.exempt, name="exempt"),
    path("training/assignments/<int:pk>/exempt/withdraw/", assigning.exempt_withdraw, name="exempt_withdraw"),
    path("training/assignments/<int:pk>/exempt/proof/", assigning.exempt_proof, name="exempt_proof"),
    # Face to face.
    path("sessions/", sessions.session_list, name="session_list"),
    path("sessions/new/", sessions.session_new, name="session_new"),
    path("sessions/<int:pk>/", sessions.session, name="session"),
    path("sessions/<int:pk>/attendance/", sessions.attendance, name="attendance"),
    path("sessions/<int:pk>/edit/", sessions.session_edit, name="session_edit"),
    path("sessions/<int:pk>/cancel/", sessions.session_cancel, name="session_cancel"),
    path("sessions/<int:pk>/invite/", sessions.session_invite, name="session_invite"),
    path("sessions/<int:pk>/off/", sessions.session_off, name="session_off"),
    path("sessions/<int:pk>/code/", sessions.session_code, name="session_code"),
    path("sessions/<int:pk>/mine/", sessions.session_mine, name="session_mine"),
    path("sessions/<int:pk>/join/", sessions.session_join, name="session_join"),
    path("sessions/<int:pk>/leave/", sessions.session_leave, name="session_leave"),
    path("sessions/<int:pk>/here/", sessions.session_here, name="session_here"),
    path("sessions/<int:pk>/calendar/", sessions.session_calendar, name="session_calendar"),
]
