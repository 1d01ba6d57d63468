"""Applications for Certification in the states that pages can show; nobody of these has a degree on record."""

from django.utils import timezone

from applicants.models import Applicant
from applicants.services import reviews
from applicants.services.reviews import Judgment
from certification.models import Application
from certification.services.application import drafts, review, submitting
from certification.services.application.drafts import Topic
from tests.certification.applications import attended, complete, eligible_school, give_credit, pay
from tests.factories.applicants import ApplicantFactory, ContactInformationFactory, StaffFactory

# Who has none, one with warnings, one that cannot be submitted, one to be paid, one that was returned, one in the queue.
NONE, WARNED, STOPPED, READY, RETURNED, WAITING = (
    "10320015",
    "10320023",
    "10320031",
    "10320049",
    "10320056",
    "10320064",
)
APPLICANTS = (NONE, WARNED, STOPPED, READY, RETURNED, WAITING)


def seed_applications() -> dict[str, str]:
    """Make the people and their applications; returns parts of addresses by name."""
    people = {number: _person(number) for number in APPLICANTS}
    history = complete(people[WARNED], attended()).attendances.get()
    drafts.keep_typed(applicant=people[WARNED], page=Topic.DEGREE, typed={"degree_title": "MB Ch"}, at=timezone.now())
    complete(people[STOPPED], attended(eligible_school(name="Example US School", country="US")))
    complete(people[READY])
    submitting.submit(applicant=people[READY], accepts_warnings=False, at=timezone.now(), actor="tests")
    waiting, returned = _paid(people[WAITING]), _paid(people[RETURNED])
    reviewer, at = StaffFactory.create(), timezone.now()
    reviews.take(Application, returned.pk, reviewer=reviewer, at=at)
    said = Judgment(return_reason="There is a gap in your history.")
    review.give_back(key=returned.pk, judgment=said, reviewer=reviewer, at=at)
    return {"attendance": str(history.pk), "application": str(waiting.pk)}


def _person(number: str) -> Applicant:
    person = ApplicantFactory.create(identification_number=number)
    ContactInformationFactory.create(applicant=person)
    return person


def _paid(applicant: Applicant) -> Application:
    complete(applicant)
    submitting.submit(applicant=applicant, accepts_warnings=False, at=timezone.now(), actor="tests")
    give_credit(applicant)
    pay(applicant)
    return Application.objects.get(applicant=applicant)
