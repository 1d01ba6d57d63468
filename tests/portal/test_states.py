"""Every state machine: complete tables, and the whole square of moves."""

import itertools
from typing import Any

import pytest

from certification.states import CERTIFICATE_MACHINE
from cvs.states import REPORT_MACHINE, REQUEST_MACHINE
from payments.states import ORDER_MACHINE, PAYMENT_MACHINE, REFUND_MACHINE
from portal.models import DELIVERY_MACHINE
from portal.states import IllegalMoveError, Machine

# Machines of different states in one list; a test needs none of their members by name.
MACHINES: list[Machine[Any]] = [
    CERTIFICATE_MACHINE,
    DELIVERY_MACHINE,
    ORDER_MACHINE,
    PAYMENT_MACHINE,
    REFUND_MACHINE,
    REPORT_MACHINE,
    REQUEST_MACHINE,
]
NAMES = [machine.name for machine in MACHINES]


@pytest.mark.parametrize("machine", MACHINES, ids=NAMES)
def test_every_state_has_moves_and_an_owner(machine: Machine[Any]):
    states = set(next(iter(machine.moves)).__class__)

    assert set(machine.moves) == states
    assert set(machine.owners) == states
    assert set().union(*machine.moves.values()) <= states


@pytest.mark.parametrize("machine", MACHINES, ids=NAMES)
def test_only_moves_of_the_table_pass(machine: Machine[Any]):
    states = list(machine.moves)

    for current, target in itertools.product(states, states):
        if target in machine.moves[current]:
            machine.check(current, target)
        else:
            with pytest.raises(IllegalMoveError, match=f"{machine.name}: {current} may not become {target}"):
                machine.check(current, target)


def test_a_state_read_from_the_database_is_understood():
    assert REQUEST_MACHINE.allows("funded", "dispatched")
    assert not REQUEST_MACHINE.allows("awaiting_payment", "dispatched")


def test_diagram_names_states_owners_and_moves():
    diagram = REPORT_MACHINE.diagram()

    assert diagram.startswith("stateDiagram-v2\n")
    assert "    issued: issued (nobody)\n" in diagram
    assert "    issued --> superseded\n" in diagram
