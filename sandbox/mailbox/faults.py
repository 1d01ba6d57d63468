"""What the mailbox shall do wrong, to whom, and how often."""

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase


class Fault(StrEnum):
    """One way a mail server fails; the reply codes are those of RFC 5321 section 4.2."""

    RCPT_451 = "rcpt_451"
    RCPT_550 = "rcpt_550"
    DATA_451 = "data_451"
    DATA_550 = "data_550"
    STALL = "stall"
    DROP_STORED = "drop_stored"
    DROP_NOT_STORED = "drop_not_stored"


AT_RCPT = frozenset({Fault.RCPT_451, Fault.RCPT_550})
AFTER_DATA = frozenset(Fault) - AT_RCPT
REPLIES = {
    Fault.RCPT_451: "451 4.3.0 Try again later",
    Fault.RCPT_550: "550 5.1.1 No such mailbox",
    Fault.DATA_451: "451 4.3.0 Try again later",
    Fault.DATA_550: "550 5.7.1 Message refused",
}


@dataclass
class FaultRule:
    """`fault` for recipients that match the shell pattern; `left` more times, or for good when None."""

    fault: Fault
    recipient: str = "*"
    left: int | None = None

    def matches(self, recipients: list[str]) -> bool:
        """Whether any of `recipients` matches the pattern, capital letters aside."""
        return any(fnmatchcase(recipient.lower(), self.recipient.lower()) for recipient in recipients)


@dataclass
class FaultPlan:
    """The rules in force, oldest first, and how long each answer to DATA is delayed."""

    rules: list[FaultRule] = field(default_factory=list)
    delay_ms: int = 0

    def take(self, stage: frozenset[Fault], recipients: list[str]) -> Fault | None:
        """The fault to act out at `stage` for `recipients`, counted off its rule; None when all shall go well."""
        rule = next((rule for rule in self.rules if rule.fault in stage and rule.matches(recipients)), None)
        if rule is None:
            return None
        if rule.left is not None:
            rule.left -= 1
            if rule.left == 0:
                self.rules.remove(rule)
        return rule.fault

    def clear(self) -> None:
        """Behave well from now on."""
        self.rules.clear()
        self.delay_ms = 0
