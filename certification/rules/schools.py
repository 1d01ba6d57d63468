"""Section 2: the medical school and its Sponsor Notes."""

from datetime import date

from certification.rules.applying import school_unknown
from certification.rules.case import Case
from certification.rules.facts import School, SponsorNote
from certification.rules.registry import rule
from certification.rules.trace import Bearing, Finding, Turn, manual_review, met, not_met, not_needed, pending

NOT_A_STUDENT = "This concerns students."


def notes_in_force(school: School, on: date) -> list[SponsorNote]:
    """Return the Sponsor Notes that stand in the Directory on that day."""
    return [note for note in school.sponsor_notes if note.in_force(on)]


def covers(school: School, year: int, on: date) -> bool:
    """Tell whether a note in force covers graduation in `year` (R-SCH-2)."""
    return any(note.covers(year) for note in notes_in_force(school, on))


def ranges(school: School, on: date) -> str:
    """Return the graduation years of the notes in words: `1998 to 2004, 2010 to current`."""
    notes = sorted(notes_in_force(school, on), key=lambda note: note.from_year)
    return ", ".join(f"{note.from_year} to {note.to_year or 'current'}" for note in notes)


@rule("R-SCH-1", "Eligible medical school", registration=True)
def listed_with_note(case: Case) -> Finding:
    """R-SCH-1: listed in the World Directory and with a Sponsor Note; being listed is never enough."""
    if case.facts.education is None:
        return school_unknown(case)
    school = case.facts.education.school
    if not school.in_directory:
        return not_met(f"{_named(school)} is not listed in the World Directory.", Turn.NOBODY, in_directory=False)
    if not notes_in_force(school, case.as_of):
        reason = f"{_named(school)} is listed in the World Directory but has no Sponsor Note, so its graduates are not eligible."
        return not_met(reason, Turn.NOBODY, sponsor_notes="none")
    return met(f"{_named(school)} has a Sponsor Note.", sponsor_notes=ranges(school, case.as_of))


def _named(school: School) -> str:
    return school.name[:1].upper() + school.name[1:]


@rule("R-SCH-2", "Graduation year", registration=True)
def year_covered(case: Case) -> Finding:
    """R-SCH-2: the graduation year lies in one of the note's ranges, both ends included."""
    education = case.facts.education
    if education is None:
        return school_unknown(case)
    if not notes_in_force(education.school, case.as_of):
        return not_needed("Your school has no Sponsor Note.")
    if education.student:
        return not_needed("You are a student: the note must be open when you take an examination.")
    if education.graduation_date is None:
        return pending("Tell us when you graduated.", Turn.APPLICANT)
    year, shown = education.graduation_date.year, ranges(education.school, case.as_of)
    used = {"graduation_date": education.graduation_date, "sponsor_notes": shown}
    if covers(education.school, year, case.as_of):
        return met(f"{_named(education.school)} covers your graduation year, {year}.").using(used)
    if _sides_differ(case):
        return manual_review(f"Your graduation year, {year}, is not covered, but the year on your diploma is.").using(
            used
        )
    return not_met(f"Your graduation year, {year}, is not covered. Covered: {shown}.", Turn.NOBODY).using(used)


@rule("R-SCH-3", "Note open for students", Bearing.REGISTRATION, registration=True)
def open_for_students(case: Case) -> Finding:
    """R-SCH-3: for a student the note must be open ended when applying for and taking an examination."""
    education = case.facts.education
    if education is None or not education.student:
        return not_needed(NOT_A_STUDENT)
    if any(note.is_current for note in notes_in_force(education.school, case.as_of)):
        return met("The Sponsor Note of your school is open.", sponsor_notes=ranges(education.school, case.as_of))
    return not_met("The Sponsor Note of your school has ended, so students cannot take an examination.", Turn.NOBODY)


@rule("R-SCH-5", "Accreditation of the school", Bearing.INFORMATION)
def accreditation(case: Case) -> Finding:
    """R-SCH-5: recognized accreditation is printed on reports and never decides eligibility."""
    education = case.facts.education
    if education is not None and education.school.wfme_accredited:
        return not_needed("Your school has recognized accreditation. It is shown on reports and decides nothing.")
    return not_needed("Accreditation of the school decides nothing here.")


def _sides_differ(case: Case) -> bool:
    """Tell whether graduation and degree year lie on different sides of a range edge (R-SCH-7)."""
    education = case.facts.education
    if education is None or education.graduation_date is None or education.degree_date is None:
        return False
    school, on = education.school, case.as_of
    return covers(school, education.graduation_date.year, on) != covers(school, education.degree_date.year, on)


@rule("R-SCH-7", "Graduation date and degree date")
def dates_agree(case: Case) -> Finding:
    """R-SCH-7: the graduation year counts; when the degree year is on the other side of a range edge, staff decide."""
    education = case.facts.education
    if education is None or education.graduation_date is None or education.degree_date is None:
        return not_needed("There is one date only.")
    used = {"graduation_date": education.graduation_date, "degree_date": education.degree_date}
    if _sides_differ(case):
        reason = (
            "Your graduation date and the date on your diploma lie on different sides of the years covered. We decide."
        )
        return manual_review(reason).using(used)
    return met("Graduation date and diploma date lead to the same answer.").using(used)


@rule("R-SCH-8", "Note withdrawn after the certificate", Bearing.INFORMATION)
def withdrawn_later(case: Case) -> Finding:
    """R-SCH-8: an issued certificate is not touched when the note is withdrawn later."""
    education = case.facts.education
    gone = education is not None and any(
        note.withdrawn_on is not None and note.withdrawn_on <= case.as_of for note in education.school.sponsor_notes
    )
    if not gone:
        return not_needed("No Sponsor Note of your school was withdrawn.")
    if case.certified:
        return met("A Sponsor Note was withdrawn later. Your certificate is not affected.")
    return not_needed("A Sponsor Note was withdrawn. The notes on the day of the decision count.")
