"""One query for everything that is on record of people: each table comes as a list of JSON objects beside the person."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import JSONObject

from applicants.models import Applicant, FormerNameOfRecord, IdentityCheck, VerifiedName
from applicants.states import IdentityModel, IdentityState
from certification.models import (
    Annotation,
    Application,
    CaseSanction,
    CertificateChange,
    ClinicalTraining,
    Credential,
    CredentialDocument,
    CredentialStatusChange,
    DegreeTitle,
    Evaluation,
    Evaluator,
    ExaminationResult,
    Hold,
    IrregularBehaviorCase,
    MedicalSchoolAttendance,
    OetResult,
    PathwayAcceptance,
    PathwayApplication,
    SchoolAccreditation,
    SponsorNote,
    VerificationRequest,
    WindowException,
)
from certification.states import ApplicationState, CertificateChangeKind

# Any: a column, and what it is compared with, may be anything.
Record = dict[str, Any]


def records(applicant_ids: Iterable[int]) -> Iterator[Record]:
    """Yield a person's columns and lists, see `building`, for each of these people. One query whatever they hold."""
    with connection.cursor() as cursor:
        cursor.execute(*statement(applicant_ids))
        names = [column.name for column in cursor.description]
        rows = cursor.fetchall()
    for row in rows:
        yield {
            name: _parsed(value) if isinstance(value, list) else value for name, value in zip(names, row, strict=True)
        }


def statement(applicant_ids: Iterable[int]) -> tuple[str, list[Any]]:
    """Return the text and the parameters of the query for these people."""
    text, parameters = _compiled()
    wanted = list(applicant_ids)
    return text, [wanted if value is _WANTED else value for value in parameters]


class _Among(Func):
    """A column among the numbers of one array: the same text however many there are, which `in` has not."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


_WANTED = object()


@cache
def _compiled() -> tuple[str, tuple[Any, ...]]:
    """Return the query's text and parameters, `_WANTED` where the numbers of people belong.

    Django needs 30 ms to write it down and PostgreSQL 5 ms to answer for one person, so it is written once a process.
    """
    people = Applicant.objects.filter(_Among(F("pk"), Value(_WANTED))).order_by("pk")
    found = people.values(
        "id",
        "family_name",
        "given_names",
        "identity_checked_on",
        **_one_to_one("education", "pk", "school_name", "degree_title", "graduation_on", "degree_on"),
        **_one_to_one("education__school", "country", "closed_in"),
        **_one_to_one("certificate", "number", "issued_on", "valid_through", "made_permanent_on", "revoked_on"),
        extensions=_of_person(
            CertificateChange,
            *("on", "valid_through_before"),
            through="certificate__applicant",
            where={"kind": CertificateChangeKind.EXTENDED},
        ),
        notes=_of_school(SponsorNote, "from_year", "to_year", "withdrawn_on"),
        titles=_array(
            DegreeTitle.objects.filter(
                Q(school=OuterRef("education__school"))
                | Q(school__isnull=True, country=OuterRef("education__school__country"))
            ),
            {name: name for name in ("title", "from_year", "to_year", "excluded_reason")},
        ),
        accreditations=_of_school(SchoolAccreditation, "recognized_by", "from_on", "to_on"),
        sittings=_of_person(ExaminationResult, "examination", "taken_on", "reported_on", "passed", "incomplete"),
        exceptions=_of_person(WindowException, "examination", "new_end_on", "granted_at"),
        own_applications=_of_person(
            Application, "pk", "state", "submitted_at", "decided_at", "moved_at", "return_reason"
        ),
        attendances=_of_person(
            MedicalSchoolAttendance,
            *("school_id", "school_name", "country", "credit_years", "awarded_degree", "passed", "premedical_only"),
            *("attended_from", "attended_to", "accepted_on"),
            columns={"checks": "application__checks"},
            through="application__applicant",
            where={"application__state": ApplicationState.ACCEPTED},
        ),
        attended_notes=_of_person(
            SponsorNote,
            *("school_id", "from_year", "to_year", "withdrawn_on"),
            through="school__attended__application__applicant",
        ),
        oet=_of_person(OetResult, "taken_on", "released_on", "listening", "reading", "speaking", "writing"),
        acceptances=_of_person(
            PathwayAcceptance,
            *("pathway", "season", "accepted_on", "oet_on", "valid_through"),
            columns={"application": "application__pk"},
        ),
        applications=_of_person(
            PathwayApplication,
            *(
                "pk",
                "pathway",
                "season",
                "state",
                "is_revalidation",
                "registered_on",
                "submitted_at",
                "paid_at",
                "changed_at",
                "complete_at",
                "committee_since",
                "checks",
            ),
            columns={"accepted_on": "acceptance__accepted_on", "valid_through": "acceptance__valid_through"}
            | {f"license_{name}": f"license__{name}" for name in LICENSE}
            | {f"school_{name}": f"school_basis__{name}" for name in SCHOOL_BASIS},
        ),
        evaluators=_of_person(
            Evaluator, "pk", "state", "licensed_since", "agreed_on", "application_id", through="application__applicant"
        ),
        evaluations=_of_person(
            Evaluation,
            *(
                "evaluator_id",
                "encounter_on",
                "in_person",
                "interviewing",
                "examination",
                "professionalism",
                "reasoning",
            ),
            through="evaluator__application__applicant",
        ),
        papers=_of_person(Credential, *PAPER),
        statuses=_of_person(CredentialStatusChange, "credential_id", "status", "on", through="credential__applicant"),
        requests=_of_person(VerificationRequest, "credential_id", "sent_at", "state", "decided_at"),
        documents=_of_person(
            CredentialDocument,
            *("credential_id", "part"),
            through="credential__applicant",
            where={"replaced_by": None},
        ),
        other_names=_of_person(VerifiedName, "family_name", "given_names", "verified_on"),
        former_names=_of_person(FormerNameOfRecord, "until_on"),
        passports=_of_person(
            IdentityCheck,
            *("expires_on", "decided_at"),
            where={"kind": IdentityModel.PASSPORT, "state": IdentityState.ACCEPTED},
        ),
        training=_of_person(ClinicalTraining, "started_on", "ended_on", "j1_sponsored"),
        held=_of_person(
            Hold,
            *("kind", "placed_at", "lifted_at", "ends_on"),
            columns={"untold": Exists(IrregularBehaviorCase.objects.untold().filter(hold=OuterRef("pk")))},
        ),
        findings=_of_person(Annotation, "pk", "annulled_on", "decided_on"),
        sanctions=_of_person(
            CaseSanction,
            *("kind", "until"),
            columns={"annotation": "decision__case__annotation"},
            through="decision__case__applicant",
            where={"decision__about_appeal": False, "decision__decided_at__isnull": False},
        ),
    )
    text, parameters = found.query.sql_with_params()
    return text, tuple(parameters)


def _parsed(objects: list[str]) -> list[Record]:
    return [json.loads(one) for one in objects]


PAPER = (
    *(
        "pk",
        "kind",
        "issuer",
        "school_id",
        "state",
        "moved_at",
        "told_state",
        "told_since",
        "submitted_at",
        "language",
        "name_on_document",
        "read_name",
    ),
    *("degree_title", "read_degree_title", "letter_accepted_on", "title_accepted_on", "return_reason"),
)
LICENSE = (
    *("country", "kind", "unsupervised", "met_all_requirements", "disciplined", "valid_from", "valid_until"),
    "confirmation",
)
SCHOOL_BASIS = ("graduation_on", "agency", "partner_school", "examination_name", "examination_passed_on", "attested_at")


def _one_to_one(relation: str, *names: str) -> dict[str, F]:
    prefix = relation.replace("__", "_")
    return {f"{prefix}_{name}": F(f"{relation}__{name}") for name in names}


def _of_person(
    model: type[Model],
    *names: str,
    through: str = "applicant",
    columns: Mapping[str, str | Exists] | None = None,
    where: Mapping[str, object] | None = None,
) -> ArraySubquery:
    """Return the rows of `model` that belong to the person; `columns` are those with another name, `where` conditions."""
    rows = model._default_manager.filter(**{through: OuterRef("pk")}, **(where or {}))
    return _array(rows, {name: name for name in names} | dict(columns or {}))


def _of_school(model: type[Model], *names: str) -> ArraySubquery:
    rows = model._default_manager.filter(school=OuterRef("education__school"))
    return _array(rows, {name: name for name in names})


def _array(rows: QuerySet[Model], columns: Mapping[str, str | Exists]) -> ArraySubquery:
    return ArraySubquery(rows.order_by("pk").values(row=JSONObject(**columns)))
