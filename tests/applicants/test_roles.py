"""Roles: what an account may do follows from its role alone."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants import permissions
from applicants.models import User
from applicants.roles import PERMISSIONS, ROLES_OF, Role
from cvs.models import ReportRequest
from cvs.services import staff
from portal.audit import actor_label
from portal.models import AuditEvent
from tests.people import staff_in
from tests.support.orders import make_authority, make_physician, pay_with_credit

pytestmark = pytest.mark.django_db
ACTS = {
    staff.hold: "cvs.hold_report",
    staff.release: "cvs.propose_report_release",
    staff.resend: "cvs.resend_report",
    staff.reissue: "cvs.reissue_report",
    staff.mark_sent: "cvs.mark_report_sent",
}
FORBIDDEN = [(act, role) for act, name in ACTS.items() for role in Role if role not in ROLES_OF[name]]


@pytest.mark.parametrize("role", Role)
def test_an_account_has_the_permissions_of_its_role_and_no_others(role: Role):
    person = staff_in(role)

    assert person.get_all_permissions() == PERMISSIONS[role]
    assert all(person.has_perm(name) == (role in roles) for name, roles in ROLES_OF.items())
    assert not person.has_perm("applicants.delete_applicant")


def test_the_auditor_changes_nothing():
    assert all(".view_" in name or name == "portal.read_audit" for name in PERMISSIONS[Role.AUDITOR])


def test_rows_of_permissions_and_groups_give_nothing():
    person = staff_in(Role.EDITOR)
    group = Group.objects.create(name="Friends")
    group.permissions.set(Permission.objects.all())
    person.groups.add(group)
    person.user_permissions.set(Permission.objects.all())

    assert User.objects.get(pk=person.pk).get_all_permissions() == PERMISSIONS[Role.EDITOR]


def test_a_closed_account_may_nothing():
    person = staff_in(Role.ADMINISTRATOR)
    person.is_active = False

    assert person.get_all_permissions() == set()
    assert not person.has_perm("applicants.manage_staff")


@pytest.mark.parametrize("values", [{"is_staff": True, "role": ""}, {"is_staff": False, "role": "editor"},
                                    {"is_staff": True, "role": "king"}])  # fmt: skip
def test_the_database_wants_a_role_of_staff_and_none_of_others(applicant, values: dict[str, object]):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=applicant.user.pk).update(**values)


@pytest.mark.parametrize(("act", "role"), FORBIDDEN, ids=lambda value: getattr(value, "__name__", str(value)))
def test_an_act_is_refused_by_its_service_to_other_roles(act, role: Role):
    (request,) = pay_with_credit(make_physician(4821375), [make_authority(1)])
    before = ReportRequest.objects.values().get(pk=request.pk), AuditEvent.objects.count()

    with pytest.raises(permissions.NotAllowedError):
        act(request_id=request.pk, reason="Because", actor=actor_label(staff_in(role)), at=timezone.now())

    assert (ReportRequest.objects.values().get(pk=request.pk), AuditEvent.objects.count()) == before


@pytest.mark.parametrize("actor", ["system", "user:0", "user:x", "user:²", "", "authority"])
def test_who_is_no_account_of_staff_is_refused(actor: str):
    with pytest.raises(permissions.NotAllowedError):
        permissions.require(actor, "cvs.hold_report")


def test_a_physician_is_refused(applicant):
    with pytest.raises(permissions.NotAllowedError):
        permissions.require(actor_label(applicant.user), "cvs.hold_report")
