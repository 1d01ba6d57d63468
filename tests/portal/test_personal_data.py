"""What the portal holds of a person is declared without gaps: every model that leads to an account, and every column."""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from applicants.models import Applicant, User
from portal.models import AuditEvent
from portal.personal_data import AfterDeletion, Exclusion, Holding, Registry, Topic, UnknownTopicError, registry
from tests.factories.applicants import VerifiedNameFactory
from tests.support.orders import make_authority, make_physician, pay_with_credit

REMEDY = "Declare it in the privacy.py of its app: a Holding (exported), or an Exclusion with the reason."
# What could let somebody in, or belongs to somebody else; a column of such a name is left out, or named here on purpose.
SECRET_WORDS = ("password", "secret", "token", "key", "code", "hash")
SHOWN_ALL_THE_SAME = {"payments.OrderLine.fee_code", "applicants.ContactInformation.postal_code"}
ADDRESS_WORDS = ("email", "phone", "ip", "user_agent")


def leads_to_a_person(model: type[models.Model], seen: frozenset[type[models.Model]] = frozenset()) -> bool:
    """Whether a chain of foreign keys leads from a row of `model` to an account."""
    if model in {User, Applicant}:
        return True
    referred = {
        column.related_model
        for column in model._meta.get_fields()
        if column.concrete and column.is_relation and isinstance(column.related_model, type)
    }
    return any(leads_to_a_person(one, seen | {model}) for one in referred - seen - {model})


def all_models() -> list[type[models.Model]]:
    return apps.get_models(include_auto_created=True)


def declared() -> set[str]:
    return {*registry.holdings, *registry.exclusions}


def test_every_model_that_leads_to_an_account_is_exported_or_left_out_with_a_reason():
    missing = {model._meta.label for model in all_models() if leads_to_a_person(model)} - declared()

    assert missing == set(), REMEDY


def test_every_model_with_an_address_of_a_person_is_declared_too():
    suspects = {
        model._meta.label
        for model in all_models()
        for column in model._meta.concrete_fields
        if isinstance(column, models.EmailField | models.GenericIPAddressField) or column.name in ADDRESS_WORDS
    }

    # Addresses of the public: where a board gets its reports.
    assert suspects - declared() == {"cvs.LicensingAuthority"}, REMEDY


def test_everything_declared_exists_and_is_declared_once():
    known = {model._meta.label for model in all_models()}

    assert declared() <= known
    assert registry.holdings.keys().isdisjoint(registry.exclusions)
    assert all(exclusion.reason for exclusion in registry.exclusions.values())


@pytest.mark.parametrize("holding", registry.holdings.values(), ids=lambda holding: holding.model)
def test_what_a_declaration_names_are_columns_of_the_model(holding: Holding):
    for name in [*holding.left_out, *holding.emptied]:
        try:
            holding.model_class._meta.get_field(name)
        except FieldDoesNotExist:
            pytest.fail(f"{holding.model} has no column {name}.")
    assert all(holding.left_out.values())
    assert bool(holding.owner) != bool(holding.find)


@pytest.mark.parametrize("holding", registry.holdings.values(), ids=lambda holding: holding.model)
def test_no_secret_is_exported(holding: Holding):
    shown = {
        f"{holding.model}.{column.name}"
        for column in holding.exported_fields()
        if any(word in column.name for word in SECRET_WORDS)
    }

    assert shown <= SHOWN_ALL_THE_SAME


@pytest.mark.parametrize("holding", registry.holdings.values(), ids=lambda holding: holding.model)
def test_what_stays_after_a_deletion_says_why(holding: Holding):
    stays = holding.after_deletion is not AfterDeletion.DELETED

    assert bool(holding.kept_because) == stays
    assert stays or not holding.emptied


@pytest.mark.django_db
def test_a_person_gets_rows_of_their_own_and_of_nobody_else():
    mine, theirs = make_physician(72_000_001), make_physician(72_000_002)
    for person in (mine, theirs):
        VerifiedNameFactory.create(applicant=person)
        pay_with_credit(person, [make_authority(1)])

    for holding in registry.holdings.values():
        own = set(holding.rows_of(mine.user_id).values_list("pk", flat=True))
        others = set(holding.rows_of(theirs.user_id).values_list("pk", flat=True))
        assert own.isdisjoint(others), holding.model
    for label in ("applicants.VerifiedName", "payments.Payment", "payments.LedgerEntry", "cvs.ReportRequest"):
        assert registry.holdings[label].rows_of(mine.user_id).exists(), label


@pytest.mark.django_db
def test_the_history_holds_events_about_the_persons_rows_only():
    mine, theirs = make_physician(72_000_003), make_physician(72_000_004)
    [request] = pay_with_credit(mine, [make_authority(1)])
    pay_with_credit(theirs, [make_authority(1)])

    events = registry.holdings["portal.AuditEvent"].rows_of(mine.user_id)

    subjects = set(events.values_list("subject_type", "subject_id"))
    assert ("cvs.reportrequest", str(request.pk)) in subjects
    assert AuditEvent.objects.count() > events.count() > 0


def test_nothing_is_declared_twice_or_under_an_unknown_topic():
    fresh = Registry()
    topic, exclusion = Topic("account", "Account"), Exclusion("applicants.User", "A reason")
    holding = Holding(model="applicants.User", topic="account", what="x", owner="pk")
    fresh.add(topic, holding, exclusion)

    for twice in (topic, holding, exclusion):
        with pytest.raises(ValueError, match="twice"):
            fresh.add(twice)
    with pytest.raises(UnknownTopicError):
        fresh.add(Holding(model="applicants.Applicant", topic="nothing", what="x", owner="user"))
