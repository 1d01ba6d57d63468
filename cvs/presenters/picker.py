"""The list of licensing authorities with what is chosen, what the filter leaves, and what it costs."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from applicants.models import Applicant
from cvs.models import LicensingAuthority, ReportRequest
from cvs.states import AuthorityKind
from payments.services import fees
from portal.eastern import eastern_date


@dataclass(frozen=True)
class PickerRow:
    """One authority of the list; `group` is set on the first row of a group."""

    code: str
    name: str
    kind: str
    place: str
    delivery: str
    search: str
    instructions: str
    chosen: bool
    under_way: bool
    region: str
    group: str


@dataclass(frozen=True)
class Picker:
    """The page's list; `hidden` are chosen codes that the filter hides, amounts in cents."""

    words: str
    rows: tuple[PickerRow, ...]
    count: int
    chosen: tuple[LicensingAuthority, ...]
    hidden: tuple[str, ...]
    fee_cents: int

    @property
    def total_cents(self) -> int:
        """Return what the chosen reports cost together."""
        return self.fee_cents * len(self.chosen)


def plain(text: str) -> str:
    """Return `text` in lower case without accents, so that "sao paulo" finds São Paulo."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).lower()


def picker_of(applicant: Applicant, *, codes: Sequence[str], words: str, at: datetime) -> Picker:
    """Return the picker with `codes` chosen and filtered by `words` (three queries). Closed authorities never appear."""
    authorities = list(LicensingAuthority.objects.open_for_orders().in_order_of_jurisdiction())
    waiting = ReportRequest.objects.visible_to(applicant).under_way_to([authority.pk for authority in authorities])
    under_way = set(waiting.values_list("authority_id", flat=True))
    chosen = tuple(authority for authority in authorities if authority.code in set(codes))
    wanted = plain(words).split()
    shown = [authority for authority in authorities if all(word in _searched(authority) for word in wanted)]
    visible = {authority.code for authority in shown}
    return Picker(
        words=words,
        rows=_rows(shown, {authority.code for authority in chosen}, under_way),
        count=len(authorities),
        chosen=chosen,
        hidden=tuple(authority.code for authority in chosen if authority.code not in visible),
        fee_cents=fees.price_on(fees.STATUS_REPORT, eastern_date(at)),
    )


def _search_words(authority: LicensingAuthority) -> str:
    return f"{authority.jurisdiction} {authority.country.name}"


def _searched(authority: LicensingAuthority) -> str:
    kind = authority.get_kind_display()
    return plain(f"{authority.name} {kind} {authority.place} {_search_words(authority)}")


def _region(authority: LicensingAuthority) -> str:
    return "Other countries" if authority.kind == AuthorityKind.INTERNATIONAL else "United States"


def _rows(shown: Sequence[LicensingAuthority], chosen: set[str], under_way: set[int]) -> tuple[PickerRow, ...]:
    rows: list[PickerRow] = []
    for authority in shown:
        region = _region(authority)
        rows.append(
            PickerRow(
                code=authority.code,
                name=authority.name,
                kind=authority.get_kind_display(),
                place=authority.place,
                delivery=authority.get_channel_display(),
                search=_search_words(authority),
                instructions=authority.special_instructions,
                chosen=authority.code in chosen,
                under_way=authority.pk in under_way,
                region=region,
                group="" if rows and rows[-1].region == region else region,
            )
        )
    return tuple(rows)
