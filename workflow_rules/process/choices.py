"""Lists whose entries an office maintains (channels, reasons, urgencies): codes with the properties that rules read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class ChoiceList(StrEnum):
    """An enum of the lists."""

    CHANNEL = "channel"
    ARCHIVE_REASON = "archive_reason"
    DECLINE_REASON = "decline_reason"
    URGENCY = "urgency"
    QUICK_PHRASE = "quick_phrase"
    UNIT = "unit"
    REPLY_MEDIUM = "reply_medium"


class ChoiceFlag(StrEnum):
    """An enum of the properties of an entry. The three `BY_...` say by which means of our own an answer is delivered;
    for a reply medium with none of them the officer gives a proof of delivery (SOP step 11, remark).
    """

    ASKS_NIK = "asks_nik"
    TELLS_REPORTER = "tells_reporter"
    STANDS_OUT = "stands_out"
    BY_SP4N = "by_sp4n"
    BY_EMAIL = "by_email"
    BY_WEB = "by_web"


FLAGS_OF: Mapping[ChoiceList, tuple[ChoiceFlag, ...]] = {
    ChoiceList.CHANNEL: (ChoiceFlag.ASKS_NIK,),
    ChoiceList.ARCHIVE_REASON: (ChoiceFlag.TELLS_REPORTER,),
    ChoiceList.URGENCY: (ChoiceFlag.STANDS_OUT,),
    ChoiceList.REPLY_MEDIUM: (ChoiceFlag.BY_SP4N, ChoiceFlag.BY_EMAIL, ChoiceFlag.BY_WEB),
}
"""List to the flags that its entries may have; a list that is not named has none."""


@dataclass(frozen=True)
class ChoiceEntry:
    """A value object: one entry of a list. `agency` is the code of the agency whose unit it is, None for any other
    list; `label` is its Indonesian text, which is recorded where an event keeps the text beside the code.
    """

    list: ChoiceList
    code: str
    active: bool = True
    flags: frozenset[ChoiceFlag] = frozenset()
    agency: str | None = None
    label: str = ""


@dataclass(frozen=True)
class Choices:
    """A value object: the entries of all lists in their order."""

    entries: tuple[ChoiceEntry, ...]
    _by_code: Mapping[tuple[str, str], ChoiceEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code = {(entry.list.value, entry.code): entry for entry in self.entries}
        object.__setattr__(self, "_by_code", MappingProxyType(by_code))

    def entry(self, of: ChoiceList, code: str) -> ChoiceEntry | None:
        """Return the entry with this code, also one that has ended; None if there is none."""
        return self._by_code.get((of.value, code))

    def active(self, of: ChoiceList) -> tuple[str, ...]:
        """Return the codes that may be chosen now, in their order."""
        return tuple(entry.code for entry in self.entries if entry.list is of and entry.active)

    def having(self, of: ChoiceList, flag: ChoiceFlag) -> frozenset[str]:
        """Return the codes of the entries with a flag, also of those that have ended."""
        return frozenset(entry.code for entry in self.entries if entry.list is of and flag in entry.flags)


def _entries(of: ChoiceList, codes: str, flags: Mapping[str, ChoiceFlag] | None = None) -> Iterable[ChoiceEntry]:
    held = flags or {}
    return (ChoiceEntry(of, c, flags=frozenset({held[c]} if c in held else ())) for c in codes.split())


_CHANNELS = "sp4n web walk_in phone letter whatsapp email sms social"
_ARCHIVE = "incomplete spam not_our_authority private_matter other"
SEEDED_CHOICES = Choices(
    (
        *_entries(ChoiceList.CHANNEL, _CHANNELS),
        *_entries(ChoiceList.ARCHIVE_REASON, _ARCHIVE, dict.fromkeys(_ARCHIVE.split(), ChoiceFlag.TELLS_REPORTER)),
        *_entries(ChoiceList.DECLINE_REASON, "not_our_authority wrong_agency other"),
        *_entries(
            ChoiceList.URGENCY,
            "normal urgent very_urgent",
            dict.fromkeys(("urgent", "very_urgent"), ChoiceFlag.STANDS_OUT),
        ),
        *_entries(ChoiceList.QUICK_PHRASE, "follow_up visit_and_report coordinate answer_in_writing"),
        *_entries(
            ChoiceList.REPLY_MEDIUM,
            _CHANNELS,
            {"sp4n": ChoiceFlag.BY_SP4N, "email": ChoiceFlag.BY_EMAIL, "web": ChoiceFlag.BY_WEB},
        ),
    )
)
"""The entries that come with the program (design section 4), which decide as the printed SOP does."""
