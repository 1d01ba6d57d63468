"""Addresses of people."""

from django.urls import path

from applicants.views import (
    account,
    contact,
    forgotten_number,
    identity,
    names,
    registration,
    registration_mail,
    second_factor,
    sessions,
)

urlpatterns = [
    path("account/", account.account_home, name="account_home"),
    path("account/details/", contact.contact_details, name="contact_details"),
    path("account/identity/", identity.identity, name="identity"),
    path("account/identity/withdraw/", identity.identity_withdraw, name="identity_withdraw"),
    path("account/identity/form/", identity.identity_form_new, name="identity_form_new"),
    path("account/identity/form.pdf", identity.identity_form_pdf, name="identity_form_pdf"),
    path("account/name/", names.name_of_record, name="name_of_record"),
    path("account/name/change/", names.name_change, name="name_change"),
    path("account/name/former/", names.former_name, name="former_name"),
    path("account/name/<str:kind>/withdraw/", names.name_withdraw, name="name_withdraw"),
    path("account/second-factor/", second_factor.second_factor, name="second_factor"),
    path("account/sessions/", sessions.session_list, name="sessions"),
    path("register/", registration.register, name="register"),
    path("register/earlier/", registration.earlier, name="register_earlier"),
    path("register/earlier/ways-in/", registration.ways_in, name="register_ways_in"),
    path("register/name/", registration.name, name="register_name"),
    path("register/birth/", registration.birth, name="register_birth"),
    path("register/school/", registration.school, name="register_school"),
    path("register/email/", registration_mail.email, name="register_email"),
    path("register/email/sent/", registration_mail.email_sent, name="register_email_sent"),
    path("register/confirm/<str:token>/", registration_mail.confirm, name="register_confirm"),
    path("register/password/", registration.password, name="register_password"),
    path("register/check/", registration.check, name="register_check"),
    path("register/done/", registration.done, name="register_done"),
    path("register/later/", registration.later, name="register_later"),
    path("register/resume/", registration_mail.resume, name="register_resume"),
    path("register/resume/sent/", registration_mail.resume_sent, name="register_resume_sent"),
    path("register/resume/<str:token>/", registration_mail.resume_link, name="register_resume_link"),
    path("number/", forgotten_number.number_forgotten, name="number_forgotten"),
    path("number/sent/", forgotten_number.number_sent, name="number_sent"),
    path("number/<str:token>/", forgotten_number.number_link, name="number_link"),
]
