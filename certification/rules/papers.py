"""Section 5, second half: the diploma and the transcript as papers. Who issued them is checked in `verification`."""

import unicodedata

from certification.rules.case import Case
from certification.rules.facts import Award, Credential, Translation, Translator
from certification.rules.registry import rule
from certification.rules.trace import Bearing, Finding, Turn, manual_review, met, not_met, not_needed, pending
from certification.rules.words import listed, plain_text

NOTHING_HERE = "Nothing to check yet."
AWARD_WORDS = {
    Award.PROVISIONAL_CERTIFICATE: "A provisional certificate",
    Award.INTERMEDIATE_AWARD: "An intermediate award",
    Award.ACADEMIC_DOCTORATE: "An academic doctorate",
}
TRANSLATORS = (Translator.GOVERNMENT_OFFICIAL, Translator.SCHOOL_OFFICIAL, Translator.TRANSLATION_SERVICE)
CHECKLIST = {
    "word_for_word": "it must be word for word",
    "from_original": "it must be made from the original or a photocopy",
    "signed_with_title": "it must be signed, with the title of the translator",
    "letterhead": "it must be on letterhead that identifies the translator",
    "english_statement": "it needs a certification statement in English",
}


def excluded_award(title: str, case: Case) -> str | None:
    """Return which award that is never eligible `title` tells of, or None."""
    words = f" {plain_text(title)}"
    return next((row.award for row in case.tables.excluded_awards if f" {plain_text(row.word)}" in words), None)


@rule("R-CRED-4", "Degree title")
def degree_title(case: Case) -> Finding:
    """R-CRED-4: exactly one of the titles for this school and year, after normalizing case, spaces and accents' encoding."""
    education = case.facts.education
    if education is None or not education.degree_title:
        if education is not None and education.student:
            return not_needed("You have no degree yet.")
        return pending("We need the title of your degree exactly as on your diploma.", Turn.APPLICANT)
    title = education.degree_title
    if education.award is not Award.FINAL_DIPLOMA:
        reason = f"{AWARD_WORDS[education.award]} is not a final medical diploma."
        return not_met(reason, award=education.award, degree_title=title)
    accepted = {_normal(one) for one in education.accepted_titles}
    if _normal(title) in accepted:
        return met(f"{title} is an accepted title.", degree_title=title)
    by_hand = education.title_accepted_on
    if by_hand is not None and by_hand <= case.as_of:
        reason = f"We compared {title} with the titles of your school, and accepted it."
        return met(reason, degree_title=title, title_accepted_on=by_hand)
    reason = "The title on your diploma is not among those we know for your school and year. We are checking it."
    return manual_review(reason, degree_title=title, accepted_titles=list(education.accepted_titles))


@rule("R-CRED-5", "Excluded awards", registration=True)
def not_excluded(case: Case) -> Finding:
    """R-CRED-5: some awards are never eligible; a title of the Reference Guide for the school is none of them."""
    education = case.facts.education
    if education is None or not education.degree_title:
        return not_needed("The title of your degree is not known yet.")
    if _normal(education.degree_title) in {_normal(one) for one in education.excluded_titles}:
        return not_met(f"{education.degree_title} is not eligible.", Turn.NOBODY, degree_title=education.degree_title)
    # The words tell of degrees in such a field only; a title with one of them may be of medicine as well.
    if _normal(education.degree_title) in {_normal(one) for one in education.accepted_titles}:
        return met("Your degree is among the titles of your school.", degree_title=education.degree_title)
    award = excluded_award(education.degree_title, case)
    if award is not None:
        return not_met(f"A degree in {award} is not eligible.", Turn.NOBODY, degree_title=education.degree_title)
    return met("Your degree is not among the excluded awards.", degree_title=education.degree_title)


@rule("R-CRED-6", "Copy of the diploma")
def diploma_copy(case: Case) -> Finding:
    """R-CRED-6: a copy in the original language that shows the issue date and every signature."""
    diploma = case.papers.get("diploma")
    if diploma is None:
        return not_needed(NOTHING_HERE)
    lacking = [] if diploma.shows_issue_date else ["the issue date"]
    lacking += [] if diploma.shows_signatures else ["all signatures"]
    if lacking:
        return pending(f"The copy of your diploma must show {listed(lacking)}. Upload it again.", Turn.APPLICANT)
    return met("The copy shows the issue date and all signatures.")


@rule("R-CRED-7", "No evaluation reports")
def no_evaluation_reports(case: Case) -> Finding:
    """R-CRED-7: a report of an evaluation service does not replace diploma or transcript."""
    reports = [name for name, paper in case.papers.items() if paper.third_party_evaluation]
    if not case.papers:
        return not_needed(NOTHING_HERE)
    if reports:
        reason = f"An evaluation report does not replace your {listed(reports)}. Upload the {listed(reports)} itself."
        return pending(reason, Turn.APPLICANT, papers=reports)
    return met("You sent the papers themselves.")


@rule("R-CRED-8", "Letter while the diploma is not issued", Bearing.REGISTRATION)
def completion_letter(case: Case) -> Finding:
    """R-CRED-8: a school's letter is enough to register for an examination, never for the certificate."""
    education = case.facts.education
    if education is None or not education.completion_letter or case.facts.diploma is not None:
        return not_needed("You need no letter.")
    return met("The letter of your school lets you register. Upload your diploma when it is issued.")


@rule("R-CRED-9", "Name on credentials")
def names_match(case: Case) -> Finding:
    """R-CRED-9: the name on each credential is exactly the name of record, or there is proof."""
    identity = case.facts.identity
    if not case.papers or identity is None:
        return not_needed(NOTHING_HERE)
    others = {name: paper for name, paper in case.papers.items() if paper.name != identity.name}
    if not others:
        return met("The name on your credentials is your name of record.")
    unproved = [name for name, paper in others.items() if paper.name_proof is None]
    if unproved:
        reason = f"The name on your {listed(unproved)} differs from your name of record. Upload proof that it is yours."
        return pending(reason, Turn.APPLICANT).using(dict.fromkeys(unproved, "another name, no proof"))
    waiting = [name for name, paper in others.items() if paper.name_proof is None or not paper.name_proof.accepted]
    if waiting:
        return pending(f"We are checking the proof for the name on your {listed(waiting)}.", Turn.STAFF)
    return met("You proved the other name on your credentials.").using(dict.fromkeys(others, "another name, proved"))


@rule("R-CRED-10", "Translations")
def translations(case: Case) -> Finding:
    """R-CRED-10: whatever is not in English needs a translation that passes the whole checklist."""
    foreign = {name: paper for name, paper in case.papers.items() if paper.language.lower() != "en"}
    if not foreign:
        return not_needed("No translation is needed." if case.papers else NOTHING_HERE)
    missing = [name for name, paper in foreign.items() if paper.translation is None]
    if missing:
        return pending(f"Upload an English translation of your {listed(missing)}.", Turn.APPLICANT, papers=missing)
    unchecked = [name for name, paper in foreign.items() if paper.translation and not paper.translation.checked]
    if unchecked:
        return pending(f"We are checking the translation of your {listed(unchecked)}.", Turn.STAFF)
    faults = list(dict.fromkeys(fault for paper in foreign.values() for fault in _translation_faults(paper)))
    if faults:
        used = {name: paper.translation.made_by for name, paper in foreign.items() if paper.translation}
        return pending(f"We returned the translation: {listed(faults)}.", Turn.APPLICANT).using(used)
    return met("Your translations are accepted.")


def _translation_faults(paper: Credential) -> list[str]:
    return translation_faults(paper.translation) if paper.translation is not None else []


def translation_faults(translation: Translation) -> list[str]:
    """Return why a translation is returned; nothing when it passes the checklist."""
    faults = []
    if translation.made_by not in TRANSLATORS:
        faults.append("it must be made by a government official, a school official or a translation service")
    return faults + [words for name, words in CHECKLIST.items() if not getattr(translation, name)]


def _normal(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())
