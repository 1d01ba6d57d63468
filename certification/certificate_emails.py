"""What people are told about their certificate. Nothing personal is in the e-mail: it leads to the page that says it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse

from applicants.models import Applicant
from certification.models import Certificate
from portal import inbox


def tell(applicant: Applicant, template: str, *, about: models.Model, at: datetime, page: str = "certificate") -> None:
    """Tell the person that there is news about `about` on the page of ours named `page`, in the caller's transaction."""
    inbox.notify(
        user=applicant.user,
        template=template,
        context={"page_url": f"{settings.BASE_URL}{reverse(page)}"},
        subject_object=about,
        key=f"{template}:{about._meta.label_lower}:{about.pk}:{at.isoformat()}",
        at=at,
    )


def tell_issued(certificate: Certificate, *, at: datetime) -> None:
    """Tell the person that the certificate was issued."""
    tell(certificate.applicant, "certificate_issued", about=certificate, at=at)
