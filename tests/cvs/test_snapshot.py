"""Snapshots: canonical text and back, refusal of what they do not name, facts that may not contradict each other."""

import json
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvs import snapshot as s
from portal.canonical_json import UnreadableJsonError
from tests.cvs.snapshots import ORDINARY, REVISED, REVOKED

texts = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
dates = st.dates(date(1900, 1, 1), date(2100, 1, 1))
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001  # the strategy adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=30))]),
)
physicians = st.builds(
    s.Physician,
    family_name=texts.filter(str.strip),
    given_names=texts,
    native_name=st.none() | texts,
    other_verified_names=st.lists(texts, max_size=3).map(tuple),
    birth_date=dates,
    identification_number=st.from_regex(r"[0-9]{8}", fullmatch=True),
)
certifications = st.one_of(
    st.just(ORDINARY.certification),
    st.just(REVOKED.certification),
    st.just(s.Certification(s.CertificationStatus.NO, None, None, s.Validity.NOT_APPLICABLE, None)),
    st.builds(
        s.Certification,
        st.just(s.CertificationStatus.YES),
        texts.filter(bool),
        dates,
        st.just(s.Validity.THROUGH),
        dates,
    ),
)
snapshots = st.builds(
    replace,
    st.sampled_from([ORDINARY, REVISED]),
    issued_at=moments,
    as_of=dates,
    paper=st.sampled_from(s.Paper),
    physician=physicians,
    certification=certifications,
    requirements=st.lists(st.builds(s.Requirement, texts, st.booleans(), st.none() | dates, texts), max_size=3).map(
        tuple
    ),
    credentials=st.lists(
        st.builds(s.Credential, texts, texts, st.sampled_from(s.CredentialStatus), st.none() | dates), max_size=3
    ).map(tuple),
    annotations=st.lists(st.builds(s.Annotation, texts, texts, dates), max_size=3).map(tuple),
    disclaimer=st.lists(texts, max_size=3).map(tuple),
)


@given(snapshots)
def test_snapshot_survives_json_and_back(snapshot):
    text = s.to_json(snapshot)

    assert s.from_json(text) == snapshot
    assert s.to_json(s.from_json(text)) == text


def test_json_is_canonical():
    text = s.to_json(ORDINARY)

    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert '"issued_at":"2026-06-03T14:05:00+00:00"' in text
    assert '"birth_date":"1997-02-14"' in text


def test_same_moment_in_another_zone_gives_the_same_json():
    elsewhere = replace(ORDINARY, issued_at=ORDINARY.issued_at.astimezone(timezone(timedelta(hours=9))))

    assert s.to_json(elsewhere) == s.to_json(ORDINARY)


def _edited(path: list[str | int], value: object) -> str:
    document = json.loads(s.to_json(REVOKED))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["score"], 250, "$.score: unknown key"),
        (["physician", "attempts"], 2, "$.physician.attempts: unknown key"),
        (["requirements", 1, "score"], 250, "$.requirements[1].score: unknown key"),
        (["version"], "1", "$.version: expected int, found str"),
        (["version"], True, "$.version: expected int, found bool"),
        (["requirements", 0, "met"], 1, "$.requirements[0].met: expected bool, found int"),
        (["annotations"], {}, "$.annotations: expected a list"),
        (["recipient"], "somebody", "$.recipient: expected an object"),
        (["recipient", "name"], None, "$.recipient.name: expected str, found NoneType"),
        (["as_of"], "3 June", "$.as_of: Invalid isoformat string: '3 June'"),
        (["certification", "status"], "maybe", "$.certification.status: 'maybe' is not a valid CertificationStatus"),
        (["physician", "identification_number"], "12", "$.physician: identification_number must be 8 digits (R-ID-3)"),
        (["issued_at"], "2026-06-03T14:05:00", "$: issued_at must carry a time zone"),
    ],
)
def test_wrong_value_is_refused_with_its_path(path, value, message):
    with pytest.raises(UnreadableJsonError) as refusal:
        s.from_json(_edited(path, value))

    assert str(refusal.value) == message


def test_missing_key_is_refused_with_its_path():
    document = json.loads(s.to_json(ORDINARY))
    del document["physician"]["birth_date"]

    with pytest.raises(UnreadableJsonError, match=r"^\$\.physician\.birth_date: missing$"):
        s.from_json(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"'])
def test_text_that_is_no_snapshot_is_refused(text):
    with pytest.raises(UnreadableJsonError, match=r"^\$: "):
        s.from_json(text)


YES, NO = s.CertificationStatus.YES, s.CertificationStatus.NO
EXPIRED, REVOKED_STATUS = s.CertificationStatus.EXPIRED, s.CertificationStatus.REVOKED
THROUGH, FOREVER, NEVER = s.Validity.THROUGH, s.Validity.INDEFINITE, s.Validity.NOT_APPLICABLE
DAY = date(2026, 5, 20)


@pytest.mark.parametrize(
    "facts",
    [
        (YES, None, DAY, FOREVER, None),
        (YES, "C-1", None, FOREVER, None),
        (YES, "C-1", DAY, NEVER, None),
        (YES, "C-1", DAY, THROUGH, None),
        (YES, "C-1", DAY, FOREVER, DAY),
        (NO, "C-1", DAY, NEVER, None),
        (NO, None, None, FOREVER, None),
        (EXPIRED, "C-1", DAY, FOREVER, None),
        (REVOKED_STATUS, "C-1", DAY, THROUGH, DAY),
    ],
)
def test_certification_that_contradicts_itself_is_refused(facts):
    with pytest.raises(ValueError, match=r"contradict each other|valid_through must be given"):
        s.Certification(*facts)


@pytest.mark.parametrize("number", ["1234567", "123456789", "0-482-137-5", "١٢٣٤٥٦٧٨"])
def test_identification_number_must_be_eight_digits(number):
    with pytest.raises(ValueError, match="8 digits"):
        replace(ORDINARY.physician, identification_number=number)


def test_revision_must_name_what_it_replaces():
    with pytest.raises(ValueError, match="names the report it replaces"):
        replace(ORDINARY, version=2)
    with pytest.raises(ValueError, match="names the report it replaces"):
        replace(ORDINARY, replaces="CV-2026-000001-01")


def test_report_date_is_the_day_in_us_eastern_time():
    late = replace(ORDINARY, issued_at=datetime(2026, 6, 4, 3, 30, tzinfo=UTC))

    assert late.report_on == date(2026, 6, 3)


def test_machine_readable_form_names_its_schema_and_carries_every_fact():
    document = json.loads(s.machine_readable(ORDINARY))

    assert document["schema"] == {"id": "certification-status-report", "version": 1}
    assert document["report"] == json.loads(s.to_json(ORDINARY))


def _field_names(model: object) -> set[str]:
    if isinstance(model, tuple):
        return {name for item in model for name in _field_names(item)}
    if not is_dataclass(model):
        return set()
    return {f.name for f in fields(model)} | {n for f in fields(model) for n in _field_names(getattr(model, f.name))}


def test_no_field_can_hold_scores_or_attempts():
    names = _field_names(REVOKED)

    assert not [name for name in names if "score" in name or "attempt" in name]
    assert "how" in names
