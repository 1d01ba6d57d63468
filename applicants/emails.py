"""What people are told about their record. Nothing personal is in the e-mail: it leads to the page that says it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse

from applicants.models import User
from applicants.models.reviews import ReviewedRecord
from portal import inbox

# Template of the message → name of the page that it leads to.
PAGES = {
    "identity_accepted": "dashboard",
    "identity_returned": "identity",
    "name_changed": "name_of_record",
    "former_name_verified": "name_of_record",
    "name_request_returned": "name_of_record",
    "birth_date_corrected": "birth_date",
    "birth_date_request_returned": "birth_date",
}


def tell(record: ReviewedRecord, template: str, *, at: datetime, **context: object) -> None:
    """Tell the person what was decided about `record`, in the caller's transaction; the reason is in the inbox alone."""
    inbox.notify(
        user=record.applicant.user,
        template=template,
        context={"page_url": f"{settings.BASE_URL}{reverse(PAGES[template])}", **context},
        private={"reason": record.return_reason},
        subject_object=record,
        at=at,
    )


def tell_about_data(
    user: User, template: str, *, page: str, about: models.Model, at: datetime, **context: object
) -> None:
    """Tell `user` that there is news of what they asked about their own data, on the page of ours named `page`."""
    inbox.notify(
        user=user,
        template=template,
        context={"link": f"{settings.BASE_URL}{reverse(page)}", **context},
        subject_object=about,
        key=f"{template}:{about.pk}:{at.isoformat()}",
        at=at,
    )
