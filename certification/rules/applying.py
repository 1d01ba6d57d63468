"""Section 1: who may apply, the Application for Certification, identity and name."""

from certification.rules.case import Case
from certification.rules.facts import Application, ApplicationState
from certification.rules.registry import rule
from certification.rules.trace import Bearing, Finding, Turn, manual_review, met, not_met, not_needed, pending
from certification.rules.window import years_later
from certification.rules.words import day_in_words

UNITED_STATES = "US"
CANADA = "CA"
WITH_STAFF = (ApplicationState.PAID, ApplicationState.IN_REVIEW, ApplicationState.ACCEPTED)
# State of the application → whose turn it is, and the words for the applicant.
APPLICATION_WAITS = {
    ApplicationState.DRAFT: (Turn.APPLICANT, "Finish and submit your Application for Certification."),
    ApplicationState.SUBMITTED: (Turn.APPLICANT, "Pay the fee of your application. Nothing is processed before."),
    ApplicationState.PAID: (Turn.STAFF, "We received your application and will review it."),
    ApplicationState.IN_REVIEW: (Turn.STAFF, "We are reviewing your application."),
    ApplicationState.ACCEPTED: (Turn.STAFF, "We are reviewing your application."),
    ApplicationState.RETURNED: (Turn.APPLICANT, "We returned your application. Correct it and submit it again."),
}
UNPAID = (ApplicationState.DRAFT, ApplicationState.SUBMITTED)


def school_unknown(case: Case) -> Finding:
    """Return what is said while no degree is on record: it comes with the application, once that is accepted."""
    application = case.facts.application
    if application is not None and application.state in WITH_STAFF and _is_known(application, case):
        reason = "We take your school and your degree from your application, which we are reviewing."
        return pending(reason, Turn.STAFF, since=application.state_since or application.submitted_on)
    return pending("Your school and your degree come with your Application for Certification.", Turn.NOBODY)


@rule("R-IMG-1", "Medical school outside the United States", registration=True)
def outside_the_united_states(case: Case) -> Finding:
    """R-IMG-1: the country of the school decides, never citizenship."""
    education = case.facts.education
    if education is None:
        return school_unknown(case)
    country = education.school.country
    if country == UNITED_STATES:
        return not_met(
            "Your school is in the United States, so you are not an international graduate.", country=country
        )
    if country == CANADA:
        return not_needed("For schools in Canada the day of graduation decides.", country=country)
    return met("Your school is outside the United States. Citizenship does not matter.", country=country)


@rule("R-IMG-2", "Graduates of Canadian schools", registration=True)
def canadian_school(case: Case) -> Finding:
    """R-IMG-2: graduates of Canadian schools are international graduates only from the day the rule took effect on."""
    education = case.facts.education
    if education is None or education.school.country != CANADA:
        return not_needed("Your school is not in Canada.")
    period = case.tables.period("R-IMG-2")
    if period is None:
        return manual_review("The first day for graduates of Canadian schools is not known.", country=CANADA)
    first = period.effective_from
    words = day_in_words(first)
    graduation = education.graduation_date or education.expected_graduation_date
    if graduation is None:
        reason = f"We need your full graduation date: graduates of Canadian schools may apply from {words} on."
        return pending(reason, Turn.APPLICANT, country=CANADA)
    if graduation < first:
        reason = f"You graduated before {words} from a Canadian school, so you cannot apply for certification."
        return not_met(reason, Turn.NOBODY, graduation_date=graduation)
    if case.as_of < first:
        return pending(f"You may apply from {words} on.", Turn.NOBODY, graduation_date=graduation)
    return met(f"You graduated from a Canadian school on or after {words}.", graduation_date=graduation)


@rule("R-IMG-3", "Entry into US training for graduates of Canadian schools", Bearing.INFORMATION)
def canadian_school_and_training(case: Case) -> Finding:
    """R-IMG-3: for entry to an ACGME program, certification or a full license of the program's own jurisdiction."""
    education = case.facts.education
    if education is None or education.school.country != CANADA or not case.tables.is_in_effect("R-IMG-3", case.as_of):
        return not_needed("This concerns graduates of Canadian schools.")
    licensed = [licence.jurisdiction for licence in case.facts.us_licences if licence.counts(case.as_of)]
    if case.certified:
        return met("You are certified, which is enough to enter training.")
    if licensed:
        return met(f"Your full license lets you enter a program in {', '.join(licensed)}.", us_licences=licensed)
    reason = "To enter training you need certification, or a full license of the program's own jurisdiction."
    return pending(reason, Turn.APPLICANT)


@rule("R-IMG-4", "Graduates of U.S. schools", registration=True)
def united_states_school(case: Case) -> Finding:
    """R-IMG-4: graduates of US schools do not use this service."""
    education = case.facts.education
    if education is None or education.school.country != UNITED_STATES:
        return not_needed("Your school is not in the United States.")
    return not_met("Graduates of U.S. schools are not certified here.", Turn.NOBODY, country=UNITED_STATES)


def _is_known(application: Application | None, case: Case) -> bool:
    return application is not None and (application.submitted_on is None or application.submitted_on <= case.as_of)


@rule("R-APP-1", "Application for Certification")
def application_accepted(case: Case) -> Finding:
    """R-APP-1: it exists and was accepted."""
    application = case.facts.application
    if application is None or not _is_known(application, case):
        return not_met("Apply for certification.", application="none")
    if application.accepted(case.as_of):
        on = f" on {day_in_words(application.accepted_on)}" if application.accepted_on else ""
        return met(f"Accepted{on}.", state=application.state, accepted_on=application.accepted_on)
    if application.state in (ApplicationState.REJECTED, ApplicationState.WITHDRAWN):
        return not_met(f"Your application was {application.state.value}.", state=application.state)
    turn, reason = APPLICATION_WAITS[application.state]
    told = application.returned_reason or reason
    return pending(told, turn, since=application.state_since or application.submitted_on, state=application.state)


@rule("R-APP-2", "Application before examinations", Bearing.REGISTRATION, registration=True)
def application_before_examinations(case: Case) -> Finding:
    """R-APP-2: no examination may be registered for before the application; once accepted it stays valid."""
    application = case.facts.application
    if application is not None and application.submitted(case.as_of):
        return met("Your application comes before any examination.", state=application.state)
    if case.certified:
        return not_needed("You are certified.")
    return not_met("Apply for certification before you register for an examination.", application="none")


@rule("R-APP-3", "Application fee")
def application_paid(case: Case) -> Finding:
    """R-APP-3: an application is processed only when it is fully paid."""
    application = case.facts.application
    if application is None or not _is_known(application, case):
        return not_needed("There is no application to pay for yet.")
    if application.state in UNPAID:
        return pending("Submit and pay your application.", Turn.APPLICANT, state=application.state)
    return met("The fee is paid.", state=application.state)


@rule("R-APP-4", "Identity form")
def identity_form(case: Case) -> Finding:
    """R-APP-4: notarized form on file, received within its year, not older than the last change of name."""
    identity = case.facts.identity
    if not case.tables.is_in_effect("R-APP-4", case.as_of):
        return not_needed("Identity is verified with the account now.")
    if identity is None:
        return pending("Confirm who you are.", Turn.APPLICANT)
    if identity.checked_on is not None and identity.checked_on <= case.as_of:
        return not_needed("Your identity was verified with your account.", checked_on=identity.checked_on)
    form = identity.identity_form
    if form is None or form.created_on > case.as_of:
        return pending("Complete the identity form in an online session with a notary.", Turn.APPLICANT)
    last = years_later(form.created_on, case.tables.number("identity_form_years", case.as_of))
    if form.accepted_on is not None and form.accepted_on <= case.as_of:
        if _name_changed_after(case):
            return pending("Your name changed. Complete a new identity form.", Turn.APPLICANT, form=form.accepted_on)
        return met(f"Accepted on {day_in_words(form.accepted_on)}.", accepted_on=form.accepted_on)
    late = (form.received_on or case.as_of) > last
    if late:
        return pending(
            "Your identity form is older than one year. Create a new one.", Turn.APPLICANT, created_on=form.created_on
        )
    if form.received_on is not None and form.received_on <= case.as_of:
        return pending("We are checking your identity form.", Turn.STAFF, since=form.received_on)
    return pending(f"Your identity form must reach us by {day_in_words(last)}.", Turn.APPLICANT, complete_by=last)


def _name_changed_after(case: Case) -> bool:
    """Tell whether the name changed after the identity form was accepted (R-NAME-2)."""
    identity = case.facts.identity
    if identity is None or identity.identity_form is None or identity.name_changed_on is None:
        return False
    accepted_on = identity.identity_form.accepted_on
    return accepted_on is not None and accepted_on < identity.name_changed_on <= case.as_of


@rule("R-APP-5", "Identity check")
def identity_checked(case: Case) -> Finding:
    """R-APP-5: identity verified with the account, or by an earlier form, which stays valid."""
    identity = case.facts.identity
    if not case.tables.is_in_effect("R-APP-5", case.as_of):
        return not_needed("The identity form counts until then.")
    if identity is None:
        return pending("Confirm who you are.", Turn.APPLICANT)
    if identity.checked_on is not None and identity.checked_on <= case.as_of:
        return met(f"Verified on {day_in_words(identity.checked_on)}.", checked_on=identity.checked_on)
    form = identity.identity_form
    accepted_on = form.accepted_on if form is not None else None
    if accepted_on is not None and accepted_on <= case.as_of and not _name_changed_after(case):
        return met("Your identity form stays valid.", accepted_on=accepted_on)
    return pending("Confirm who you are.", Turn.APPLICANT)


@rule("R-APP-6", "Passport")
def passport(case: Case) -> Finding:
    """R-APP-6: current on the day it was checked, and its name is exactly the name of record."""
    identity = case.facts.identity
    shown = identity.passport if identity is not None else None
    if identity is None or shown is None:
        return pending("Upload your passport.", Turn.APPLICANT)
    if shown.name != identity.name:
        return pending(
            "The name in your passport differs from your name here. Ask for a change of name.", Turn.APPLICANT
        )
    if shown.checked_on is None or shown.checked_on > case.as_of:
        return pending("We are checking your passport.", Turn.STAFF)
    if shown.expires_on < shown.checked_on:
        reason = "Your passport had expired when we checked it. Upload a current one."
        return pending(reason, Turn.APPLICANT, expires_on=shown.expires_on)
    return met("Your passport was current when we checked it, and its name is yours.", checked_on=shown.checked_on)


@rule("R-APP-7", "Credentials before examinations", Bearing.REGISTRATION, registration=True)
def credentials_before_examinations(case: Case) -> Finding:
    """R-APP-7: in the newer order every credential is verified before an examination is registered for."""
    if not case.tables.credentials_first or not case.tables.is_in_effect("R-APP-7", case.as_of):
        return not_needed("Credentials and examinations may go side by side.")
    papers = [case.facts.diploma, case.facts.transcript]
    verified = all(paper is not None and paper.verified(case.as_of) for paper in papers)
    confirmed = case.facts.education is not None and case.facts.education.status_confirmed
    if verified or (confirmed and not case.graduated):
        return met("Your status and credentials are verified.")
    return not_met("Your credentials must be verified before you register for an examination.")


@rule("R-ID-1", "One identification number")
def one_number(case: Case) -> Finding:
    """R-ID-1: one number for life; a suspected second one is for staff."""
    identity = case.facts.identity
    if identity is None or not identity.possible_duplicate:
        return not_needed("You have one identification number.")
    return manual_review("You may already have an identification number. We are checking it.", possible_duplicate=True)


@rule("R-NAME-2", "Identity form after a change of name", Bearing.REGISTRATION)
def name_changed(case: Case) -> Finding:
    """R-NAME-2: a change of name makes the identity form invalid before the next examination."""
    if not _name_changed_after(case):
        return not_needed("Your name has not changed since your identity form.")
    identity = case.facts.identity
    if identity is not None and identity.checked_on is not None and identity.checked_on <= case.as_of:
        return met("Your identity was verified with your account.")
    return pending("Your name changed. Complete a new identity form before the next examination.", Turn.APPLICANT)
