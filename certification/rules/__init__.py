"""Rules as pure functions of values and a date. `RULES_VERSION` goes onto every report made with them."""

RULES_VERSION = "2026.1"
