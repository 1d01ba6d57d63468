"""Addresses of certification."""

from django.urls import path

from certification.views import certificates, eligibility, schools
from certification.views.school import answering, language

urlpatterns = [
    path("eligibility/", eligibility.eligibility, name="eligibility"),
    path("schools/", schools.search, name="schools"),
    path("schools/<str:code>/", schools.school, name="school"),
    path("school/answer/<str:token>/", answering.answer, name="school_answer"),
    path("school/language/", language.choose_language, name="school_language"),
    path("certificate/", certificates.certificate, name="certificate"),
    path("certificate/pdf/", certificates.certificate_pdf, name="certificate_pdf"),
    path("verify/certificate/", certificates.verify_certificate, name="verify_certificate"),
]
