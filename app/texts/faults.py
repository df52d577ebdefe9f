"""Faults of texts as sentences in the current locale."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.texts.labels import AT_PLACE, SUGGESTION, TEXT_FAULTS
from app.texts.placeholders import Fault


@dataclass(frozen=True)
class Sentence:
    """A value object: one fault of a text, with the path of the faulty words, its reason, and a sentence that names the
    place.
    """

    path: str
    reason: str
    message: str

    def shown(self) -> dict[str, str]:
        """Return the fault as a JSON object (dict)."""
        return {"path": self.path, "reason": self.reason, "message": self.message}


def sentences(faults: Mapping[str, Sequence[Fault]]) -> list[Sentence]:
    """Return the faults of a text, given by path, as sentences in the same order."""
    return [Sentence(path, fault.reason.value, sentence_of(fault)) for path, fault in _each(faults)]


def sentence_of(fault: Fault) -> str:
    """Return a fault as a sentence: its line and column, what is wrong, and what was probably meant."""
    said = str(TEXT_FAULTS[fault.reason]) % {"found": fault.found}
    if fault.suggestion:
        said = f"{said}. {str(SUGGESTION) % {'suggestion': fault.suggestion}}"
    return str(AT_PLACE) % {"line": fault.line, "column": fault.column, "fault": said}


def _each(faults: Mapping[str, Sequence[Fault]]) -> Iterator[tuple[str, Fault]]:
    for path, of_path in faults.items():
        for fault in of_path:
            yield path, fault
