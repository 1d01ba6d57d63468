"""Addresses of people."""

from django.urls import path

from applicants.views import account, contact, second_factor, sessions

urlpatterns = [
    path("account/", account.account_home, name="account_home"),
    path("account/details/", contact.contact_details, name="contact_details"),
    path("account/second-factor/", second_factor.second_factor, name="second_factor"),
    path("account/sessions/", sessions.session_list, name="sessions"),
]
