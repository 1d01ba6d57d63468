"""A school that was asked about a physician of the sample data, for the states of its pages."""

from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone

from applicants.models import Applicant
from certification.models import CredentialDocument, MedicalSchool
from certification.services.verification import answers, requests
from certification.states import CredentialPart
from tests.certification.school_scenes import diploma_of, reply_to, token_of
from tests.factories.schools_portal import OfficialUserFactory, SchoolOfficialFactory
from tests.portal.upload_files import checked, picture, take_in
from tests.support.sign_in import sign_in


def ask_a_school(person: Applicant) -> tuple[dict[str, str], str]:
    """Two requests that wait and one that was answered: parts of addresses, and the session of the coordinator."""
    school = MedicalSchool.objects.order_by("pk")[0]
    registrar = SchoolOfficialFactory.create(
        school=school, user=OfficialUserFactory.create(), may_coordinate=True, may_attest=True
    )
    SchoolOfficialFactory.create(school=school, name="Kwame Dean", title="Dean")
    asked = []
    for days in (40, 3, 10):
        credential = diploma_of(person, school)
        upload = checked(take_in(person.user, picture(size=(700, 900 + days))))
        CredentialDocument.objects.create(
            credential=credential, part=CredentialPart.ORIGINAL, upload=upload, added_at=timezone.now()
        )
        asked.append(requests.prepare(credential, at=timezone.now() - timedelta(days=days), actor="user:1"))
    # Messages are found by their time.
    _, used, waiting = (token_of(registrar, number) for number in range(3))
    answers.answer_by_link(used, reply_to(asked[2]), at=timezone.now())
    client = Client()
    assert registrar.user is not None
    sign_in(client, registrar.user)
    names = {
        "school_link": waiting,
        "school_used": used,
        "school_request": str(asked[0].pk),
        "verification": str(asked[2].pk),
    }
    return names, client.cookies[settings.SESSION_COOKIE_NAME].value
