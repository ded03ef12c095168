"""Addresses of plans."""

from django.urls import path

from plans.views import annual, items, needs

app_name = "plans"
urlpatterns = [
    path("", annual.plan_list, name="plan_list"),
    path("new/", annual.plan_new, name="plan_new"),
    path("needs/", needs.needs, name="needs"),
    path("needs/find/", needs.needs_find, name="needs_find"),
    path("needs/<int:pk>/decline/", needs.need_decline, name="need_decline"),
    path("needs/<int:pk>/reopen/", needs.need_reopen, name="need_reopen"),
    path("wishes/", needs.wish, name="wish"),
    path("units/", annual.unit_plan, name="unit_plan"),
    path("items/<int:pk>/", items.item, name="item"),
    path("items/<int:pk>/edit/", items.item_edit, name="item_edit"),
    path("items/<int:pk>/cancel/", items.item_cancel, name="item_cancel"),
    path("items/<int:pk>/schedule/", items.item_schedule, name="item_schedule"),
    path("<int:year>/", annual.plan, name="plan"),
    path("<int:year>/items/new/", items.item_new, name="item_new"),
    path("<int:year>/propose/", annual.plan_propose, name="plan_propose"),
    path("<int:year>/approve/", annual.plan_approve, name="plan_approve"),
    path("<int:year>/return/", annual.plan_return, name="plan_return"),
    path("<int:year>/reopen/", annual.plan_reopen, name="plan_reopen"),
]
