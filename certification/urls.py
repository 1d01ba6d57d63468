"""Addresses of certification."""

from django.urls import path

from certification.views import (
    application,
    cases,
    certificates,
    credentials,
    eligibility,
    evaluators,
    pathways,
    requirements,
    schools,
)
from certification.views.school import accounts, answering, language

urlpatterns = [
    path("certification/application/", application.application, name="application"),
    path("certification/application/start/", application.application_start, name="application_start"),
    path("certification/application/details/", application.details, name="application_details"),
    path("certification/application/education/", application.education, name="application_education"),
    path("certification/application/education/new/", application.attendance_new, name="application_attendance_new"),
    path("certification/application/education/<int:key>/", application.attendance, name="application_attendance"),
    path(
        "certification/application/education/<int:key>/remove/",
        application.attendance_remove,
        name="application_attendance_remove",
    ),
    path("certification/application/degree/", application.degree, name="application_degree"),
    path("certification/application/booklet/", application.booklet, name="application_booklet"),
    path("certification/application/purpose/", application.purpose, name="application_purpose"),
    path("certification/application/check/", application.check, name="application_check"),
    path("certification/application/withdraw/", application.application_withdraw, name="application_withdraw"),
    path("eligibility/", eligibility.eligibility, name="eligibility"),
    path("credentials/", credentials.credentials, name="credentials"),
    path("credentials/upload/", credentials.credential_upload, name="credential_upload"),
    path("credentials/<int:pk>/", credentials.credential, name="credential"),
    path("credentials/<int:pk>/printed/", credentials.credential_printed, name="credential_printed"),
    path("credentials/<int:pk>/send/", credentials.credential_send, name="credential_send"),
    path("credentials/<int:pk>/discard/", credentials.credential_discard, name="credential_discard"),
    path(
        "credentials/<int:pk>/files/<int:document>/replace/", credentials.credential_replace, name="credential_replace"
    ),
    path("credentials/<int:pk>/files/<int:document>/remove/", credentials.credential_remove, name="credential_remove"),
    path("schools/", schools.search, name="schools"),
    path("schools/<str:code>/", schools.school, name="school"),
    path("school/", accounts.school_requests, name="school_requests"),
    path("school/people/", accounts.school_people, name="school_people"),
    path("school/requests/<int:pk>/", accounts.school_request, name="school_request"),
    path("school/answer/<str:token>/", answering.answer, name="school_answer"),
    path("school/language/", language.choose_language, name="school_language"),
    path("certificate/", certificates.certificate, name="certificate"),
    path("certificate/notice/", cases.cases, name="cases"),
    path("certificate/pdf/", certificates.certificate_pdf, name="certificate_pdf"),
    path("pathways/", pathways.pathways, name="pathways"),
    path("pathways/start/", pathways.start, name="pathway_start"),
    path("pathways/<int:key>/", pathways.pathway, name="pathway"),
    path("pathways/<int:key>/license/", pathways.license_page, name="pathway_license"),
    path("pathways/<int:key>/school/", pathways.school_page, name="pathway_school"),
    path("pathways/<int:key>/encounters/", pathways.encounters_page, name="pathway_encounters"),
    path("pathways/<int:key>/check/", pathways.check_page, name="pathway_check"),
    path("pathways/<int:key>/discard/", pathways.discard, name="pathway_discard"),
    path("pathways/<int:key>/change/", pathways.take_back, name="pathway_take_back"),
    path("pathways/<int:key>/recheck/", pathways.recheck, name="pathway_recheck"),
    path("pathways/<int:key>/evaluators/", evaluators.invite, name="evaluator_invite"),
    path("pathways/<int:key>/evaluators/<int:evaluator_id>/again/", evaluators.send_again, name="evaluator_send_again"),
    path("pathways/<int:key>/evaluators/<int:evaluator_id>/withdraw/", evaluators.withdraw, name="evaluator_withdraw"),
    path("evaluate/<str:token>/", evaluators.evaluate, name="evaluate"),
    path("verify/certificate/", certificates.verify_certificate, name="verify_certificate"),
    # After every other address below certification/.
    path("certification/what-if/", requirements.try_days, name="what_if"),
    path("certification/<slug:slug>/", requirements.requirement, name="requirement"),
]
