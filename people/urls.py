"""Addresses of people."""

from django.urls import path

from people.views import own, roles, staff, staff_list

app_name = "people"
urlpatterns = [
    path("", staff.staff_list, name="staff_list"),
    path("me/", own.me, name="me"),
    path("notifications/", own.notifications, name="notifications"),
    path("notifications/read/", own.read_notifications, name="read_notifications"),
    path("hire/", staff.hire, name="hire"),
    path("<int:pk>/", staff.staff, name="staff"),
    path("<int:pk>/change/", staff.change, name="change"),
    path("<int:pk>/details/", staff.details, name="details"),
    path("<int:pk>/leave/", staff.leave, name="leave"),
    path("<int:pk>/stay/", staff.stay, name="stay"),
    path("<int:pk>/rehire/", staff.rehire, name="rehire"),
    path("<int:pk>/undo/<int:employment>/", staff.undo, name="undo"),
    path("<int:pk>/starting-password/", staff.starting_password, name="starting_password"),
    path("units/", staff.units, name="units"),
    path("roles/", roles.role_list, name="role_list"),
    path("roles/assign/", roles.assign_role, name="assign_role"),
    path("roles/<int:pk>/end/", roles.end_role, name="end_role"),
    path("import/", staff_list.upload, name="import_staff"),
    path("import/check/", staff_list.preview, name="import_preview"),
    path("import/take/", staff_list.confirm, name="import_confirm"),
    path("import/template.xlsx", staff_list.template, name="import_template"),
]
