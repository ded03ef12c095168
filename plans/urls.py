"""Addresses of plans."""

from django.urls import path

from plans import views

app_name = "plans"
urlpatterns = [
    path("", views.plan_list, name="plan_list"),
    path("new/", views.plan_new, name="plan_new"),
    path("needs/", views.needs, name="needs"),
    path("needs/find/", views.needs_find, name="needs_find"),
    path("needs/<int:pk>/decline/", views.need_decline, name="need_decline"),
    path("needs/<int:pk>/reopen/", views.need_reopen, name="need_reopen"),
    path("wishes/", views.wish, name="wish"),
    path("units/", views.unit_plan, name="unit_plan"),
    path("items/<int:pk>/", views.item, name="item"),
    path("items/<int:pk>/edit/", views.item_edit, name="item_edit"),
    path("items/<int:pk>/cancel/", views.item_cancel, name="item_cancel"),
    path("items/<int:pk>/schedule/", views.item_schedule, name="item_schedule"),
    path("<int:year>/", views.plan, name="plan"),
    path("<int:year>/items/new/", views.item_new, name="item_new"),
    path("<int:year>/propose/", views.plan_propose, name="plan_propose"),
    path("<int:year>/approve/", views.plan_approve, name="plan_approve"),
    path("<int:year>/return/", views.plan_return, name="plan_return"),
    path("<int:year>/reopen/", views.plan_reopen, name="plan_reopen"),
]
