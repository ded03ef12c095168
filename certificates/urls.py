"""Addresses of certificates. Those under verify/ need no login: whoever holds the paper may ask."""

from django.urls import path

from certificates import views

app_name = "certificates"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("all/", views.certificate_list, name="list"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:code>/", views.verified, name="verified"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/pdf/", views.pdf, name="pdf"),
    path("<int:pk>/revoke/", views.revoke, name="revoke"),
]
