"""What the person is told about an application."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from certification.models import Application
from portal import inbox


def tell(template: str, application: Application, *, at: datetime, **private: object) -> None:
    """Tell the person, once for each time the application came into its state, what `template` says."""
    inbox.notify(
        user=application.applicant.user,
        template=template,
        context={
            "name": application.applicant.full_name,
            "page_url": settings.BASE_URL + reverse("application"),
            "number": application.number,
        },
        private=private,
        subject_object=application,
        key=f"{template}-{application.pk}-{at.isoformat()}",
        at=at,
    )
