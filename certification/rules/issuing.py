"""Section 6: issue, validity, permanent validation and revocation of the certificate."""

from datetime import date, timedelta
from enum import Enum

from certification.facts import CertificateFact, CertificationAnswer
from certification.rules.case import Case
from certification.rules.facts import Training, TrainingKind
from certification.rules.registry import rule
from certification.rules.trace import INDEFINITE, Bearing, Finding, Turn, expired, met, not_met, not_needed, pending
from certification.rules.words import counted, day_in_words

NO_CERTIFICATE = "There is no certificate yet."
COUNTED_PROGRAMS = (TrainingKind.ACGME, TrainingKind.ASSOCIATED_NON_STANDARD)
WARN_DAYS = 366


class Validation(Enum):
    """Why a certificate became valid indefinitely."""

    NONE = "none"
    APPROVED = "approved"
    AUTOMATIC = "automatic"


def months_of(training: Training, as_of: date) -> int:
    """Return the full months of `training` by `as_of`; its last day counts."""
    end = min(training.ended_on or as_of, as_of) + timedelta(days=1)
    if end <= training.started_on:
        return 0
    months = (end.year - training.started_on.year) * 12 + end.month - training.started_on.month
    return months - (1 if end.day < training.started_on.day else 0)


def training_months(case: Case, *, j1_only: bool = False) -> int:
    """Return the full months of training that count toward permanent validation (R-CERT-5)."""
    counting = [one for one in case.facts.training if one.program in COUNTED_PROGRAMS]
    return sum(months_of(one, case.as_of) for one in counting if one.j1_sponsored or not j1_only)


def enough_training(case: Case, *, j1_only: bool = False) -> bool:
    """Tell whether training alone is enough for permanent validation."""
    return training_months(case, j1_only=j1_only) >= case.tables.number("permanent_validation_months", case.as_of)


def validation(case: Case) -> Validation:
    """Return whether and how the certificate became permanent: on approval, for J-1 physicians by itself (R-CERT-6)."""
    certificate = case.certificate
    if certificate is None:
        return Validation.NONE
    if certificate.made_permanent_on is not None and certificate.made_permanent_on <= case.as_of:
        return Validation.APPROVED
    return Validation.AUTOMATIC if enough_training(case, j1_only=True) else Validation.NONE


def valid_through(case: Case) -> date | str | None:
    """Return the end of the certificate on `as_of`: a day, `INDEFINITE`, or None without a certificate in force."""
    return None if case.certificate is None or case.revoked else _end(case) or INDEFINITE


def _end(case: Case) -> date | None:
    """Return the last day of the certificate, whether it was revoked or not; None for no end."""
    if case.certificate is None or validation(case) is not Validation.NONE:
        return None
    return case.certificate.valid_through


def answer(case: Case) -> CertificationAnswer:
    """Tell whether the person is certified: from the day of issue (R-CERT-1), revoked is not expired (R-CERT-10)."""
    if case.certificate is None:
        return CertificationAnswer.NO
    if case.revoked:
        return CertificationAnswer.REVOKED
    return CertificationAnswer.YES if is_valid(case) else CertificationAnswer.EXPIRED


def fact(case: Case) -> CertificateFact | None:
    """Return the certificate as reports state it (R-CERT-3), or None while there is none."""
    if case.certificate is None:
        return None
    return CertificateFact(case.certificate.number, case.certificate.issued_on, _end(case))


def is_valid(case: Case) -> bool:
    """Tell whether the person is certified on `as_of` and the certificate has not expired."""
    end = valid_through(case)
    return end == INDEFINITE or (isinstance(end, date) and end >= case.as_of)


@rule("R-CERT-1", "Issue of the certificate", Bearing.INFORMATION)
def issued(case: Case) -> Finding:
    """R-CERT-1: certified from the day of issue, about two weeks after the last requirement was met."""
    if case.certificate is None:
        weeks = case.tables.number("weeks_to_issue", case.as_of)
        return not_needed(f"We issue the certificate about {counted(weeks, 'week')} after everything is met.")
    on = case.certificate.issued_on
    return met(f"Certified since {day_in_words(on)}.", issued_on=on, number=case.certificate.number)


@rule("R-CERT-2", "Graduation before certification")
def graduated(case: Case) -> Finding:
    """R-CERT-2: a student cannot be certified."""
    education = case.facts.education
    if education is None:
        return not_needed("Your school is not known yet.")
    if education.student or (education.graduation_date is not None and education.graduation_date > case.as_of):
        return not_met("A student cannot be certified. Your diploma is verified after you graduate.", student=True)
    if education.graduation_date is None:
        return pending("Tell us when you graduated.", Turn.APPLICANT)
    return met(
        f"You graduated on {day_in_words(education.graduation_date)}.", graduation_date=education.graduation_date
    )


@rule("R-CERT-4", "Validity of the certificate", settled=False)
def certificate_valid(case: Case) -> Finding:
    """R-CERT-4: based on Step 2 CS there is no end; based on a Pathway it ends, as far as entry into training goes."""
    end = valid_through(case)
    if end is None:
        return not_needed(NO_CERTIFICATE)
    if not isinstance(end, date):
        return met("Your certificate is valid indefinitely.", valid_through=end)
    if end < case.as_of:
        return expired(f"Your certificate was valid through {day_in_words(end)}.", valid_through=end)
    return met(f"Your certificate is valid through {day_in_words(end)}.", valid_through=end)


@rule("R-CERT-5", "Permanent validation", Bearing.INFORMATION)
def permanent_validation(case: Case) -> Finding:
    """R-CERT-5: valid indefinitely after enough clinical training, or with an unrestricted US license."""
    if not case.certified or (case.certificate is not None and case.certificate.valid_through is None):
        return not_needed("This concerns certificates with an end.")
    if validation(case) is not Validation.NONE:
        return met(
            "Your certificate is valid indefinitely.",
            made_permanent_on=case.certificate and case.certificate.made_permanent_on,
        )
    months, needed = training_months(case), case.tables.number("permanent_validation_months", case.as_of)
    if enough_training(case) or _licensed(case):
        return pending(
            "You can have your certificate validated permanently. Request it.", Turn.APPLICANT, months=months
        )
    reason = f"Possible after {needed} months of clinical training ({counted(months, 'month')} so far) or with a full US license."
    return pending(reason, Turn.APPLICANT, months=months)


def _licensed(case: Case) -> bool:
    return any(licence.counts(case.as_of) for licence in case.facts.us_licences)


@rule("R-CERT-6", "Request for permanent validation", Bearing.INFORMATION)
def validation_requested(case: Case) -> Finding:
    """R-CERT-6: automatic for J-1 physicians; everybody else files a request."""
    how, certificate = validation(case), case.certificate
    if certificate is None or case.revoked or certificate.valid_through is None:
        return not_needed("This concerns certificates with an end.")
    if how is Validation.AUTOMATIC:
        return met("Given without a request, because the commission sponsored your training.")
    if how is Validation.APPROVED:
        return met("Your request was approved.", made_permanent_on=certificate.made_permanent_on)
    if not (enough_training(case) or _licensed(case)):
        return not_needed("There is nothing to request yet.")
    requested_on = certificate.validation_requested_on
    if requested_on is not None and requested_on <= case.as_of:
        return pending("We are reviewing your request.", Turn.STAFF, since=requested_on)
    return pending("Request permanent validation. It is not given without a request.", Turn.APPLICANT)


@rule("R-CERT-7", "Extension during training", Bearing.INFORMATION)
def extension(case: Case) -> Finding:
    """R-CERT-7: who is in training and would expire before enough of it can be extended by staff."""
    end = valid_through(case)
    now = [one for one in case.facts.training if one.started_on <= case.as_of and _still_there(one, case.as_of)]
    if not isinstance(end, date) or not now or enough_training(case):
        return not_needed("You need no extension.")
    needed = case.tables.number("permanent_validation_months", case.as_of)
    later = Case(case.facts, case.tables, max(end, case.as_of))
    if training_months(later) >= needed:
        return not_needed("You will have enough training before your certificate ends.", valid_through=end)
    reason = (
        f"Your certificate ends on {day_in_words(end)}, before you have {needed} months of training. We can extend it."
    )
    return pending(reason, Turn.STAFF, complete_by=end)


def _still_there(training: Training, as_of: date) -> bool:
    return training.ended_on is None or training.ended_on >= as_of


@rule("R-CERT-8", "Revalidation", Bearing.INFORMATION)
def revalidation(case: Case) -> Finding:
    """R-CERT-8: an expired or expiring certificate is renewed in an open season; examinations are not repeated."""
    end = valid_through(case)
    if not isinstance(end, date) or (end - case.as_of).days > WARN_DAYS:
        return not_needed("Your certificate does not end soon.")
    renewing = case.pathway
    if renewing is not None and renewing.application.revalidation and renewing.counts and renewing.through > end:
        return pending("Your Pathway for revalidation is accepted. We will extend your certificate.", Turn.STAFF)
    season = case.tables.open_season(case.as_of)
    start = f"Your certificate ended on {day_in_words(end)}. " if end < case.as_of else ""
    if season is None:
        return pending(f"{start}Apply for revalidation of your Pathway when the next season opens.", Turn.APPLICANT)
    reason = f"{start}Apply for revalidation of your Pathway by {day_in_words(season.closes_on)}, 11:59 PM ET."
    return pending(reason, Turn.APPLICANT, complete_by=season.closes_on)


@rule("R-CERT-10", "Revocation", settled=False)
def not_revoked(case: Case) -> Finding:
    """R-CERT-10: revoked by the committee; that is not the same as expired."""
    certificate = case.certificate
    if certificate is None:
        return not_needed(NO_CERTIFICATE)
    if case.revoked and certificate.revoked_on is not None:
        reason = f"Your certificate was revoked on {day_in_words(certificate.revoked_on)}."
        return not_met(reason, Turn.NOBODY, revoked_on=certificate.revoked_on)
    return met("Your certificate is not revoked.")
