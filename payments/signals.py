"""The one piece of news that payments send upwards."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.dispatch import Signal


@dataclass(frozen=True)
class Settlement:
    """What became of a payment for these order lines: paid, or released, which means unpaid again."""

    payment_id: uuid.UUID
    order_id: int
    order_line_ids: tuple[int, ...]
    paid: bool
    at: datetime


# Sent with .send(), never send_robust, inside the transaction that settles: a receiver that fails undoes the settlement.
# Argument: settlement (Settlement).
payment_settled = Signal()
