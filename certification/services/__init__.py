"""What certification answers and does."""

from certification.services.facts import facts_as_of
from certification.services.holds import HoldAlreadyLiftedError, lift_hold, open_report_hold, place_hold

__all__ = ["HoldAlreadyLiftedError", "facts_as_of", "lift_hold", "open_report_hold", "place_hold"]
