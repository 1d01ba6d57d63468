"""What `"base": "ok"` of a facts file starts from: a person with whom everything is in order on the day of evaluation."""

from collections.abc import Mapping
from datetime import date, timedelta

from certification.rules.tables import PathwaySeason, RuleTables
from certification.rules.window import years_later

Document = dict[str, object]
NAME = "Amara Okonkwo"
TITLES = [
    "MBBS",
    "MBChB",
    "MD",
    "Doctor of Medicine",
    "Bachelor of Medicine and Bachelor of Surgery",
    "Médico Cirujano",
]
GOOD_SCORE = 400


def profile_in_order(tables: RuleTables, as_of: date, document: Mapping[str, object]) -> Document:
    """Return a document that is eligible on `as_of`, all its days counted back from it.

    `document` is what will be laid over it: for a student (`education.student` true) it has no graduation date, no diploma
    and no transcript.
    """
    told = document.get("education")
    student = isinstance(told, Mapping) and told.get("student") is True
    season = _season(tables, as_of)
    profile: Document = {
        "identity": {
            "name": NAME,
            "checked_on": _years_before(as_of, 4),
            "passport": {"name": NAME, "expires_on": _years_before(as_of, -5), "checked_on": _years_before(as_of, 4)},
        },
        "application": {"state": "accepted"},
        "education": _education(as_of, student=student),
        "examinations": [_passed("step_1", as_of, 3), _passed("step_2_ck", as_of, 2)]
        + ([] if season else [_passed("step_2_cs", as_of, 2)]),
        "pathway_applications": [_pathway(season, as_of)] if season else [],
        "oet_sittings": [_oet(as_of)],
        "balance": 0,
    }
    return profile if student else profile | {"diploma": _verified(), "transcript": _verified()}


def merged(under: Mapping[str, object], over: Mapping[str, object]) -> Document:
    """Return `over` laid on `under`: objects are merged key by key, everything else (lists, null) replaces."""
    result = dict(under)
    for name, value in over.items():
        below = result.get(name)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        result[name] = merged(below, value) if both else value  # type: ignore[arg-type]  # `both` says they are objects
    return result


def _season(tables: RuleTables, as_of: date) -> PathwaySeason | None:
    return max((one for one in tables.seasons if one.opens_on <= as_of), key=lambda one: one.opens_on, default=None)


def _education(as_of: date, *, student: bool) -> Document:
    education: Document = {
        "school": {
            "name": "Example Medical School",
            "country": "NG",
            "in_directory": True,
            "sponsor_notes": [{"from_year": 1950}],
        },
        "degree_title": "MBBS",
        "accepted_titles": TITLES,
        "credit_years": 5,
        "years_completed": 5,
        "status_confirmed": True,
    }
    return education if student else education | {"graduation_date": f"{as_of.year - 2}-01-15"}


def _passed(exam: str, as_of: date, years: int) -> Document:
    return {"exam": exam, "taken_on": _years_before(as_of, years), "result": "pass"}


def _pathway(season: PathwaySeason, as_of: date) -> Document:
    licence = {"country": "NG", "unsupervised": True, "valid_from": _years_before(as_of, 1)}
    return {"pathway": 1, "season": season.season, "state": "accepted", "licences": [licence]}


def _oet(as_of: date) -> Document:
    scores: Document = dict.fromkeys(("listening", "reading", "speaking", "writing"), GOOD_SCORE)
    return {"taken_on": (as_of - timedelta(days=200)).isoformat()} | scores


def _verified() -> Document:
    return {"state": "verified", "name": NAME, "reply": {"received_from": "school"}}


def _years_before(as_of: date, years: int) -> str:
    return years_later(as_of, -years).isoformat()
