"""The form of one text: what was typed, its faults, and its preview."""

from dataclasses import dataclass, field

from flask import request
from flask_babel import gettext
from flask_login import current_user

from app.core.resource_limits import DrawingRefused
from app.delivery.previews import preview
from app.models import Complaint
from app.papers.labels import why_not_drawn
from app.papers.previews import paper_preview
from app.texts.current import Texts, originals_of, texts_of
from app.texts.faults import sentence_of
from app.texts.kinds import LANGUAGES, PARTS, TextKind
from app.texts.labels import PARTS as PART_LABELS
from app.texts.labels import REFUSALS, UNTOUCHED
from app.texts.values import visible_case
from app.texts.versions import LONGEST_REASON, Faults, VersionRefused, faults_of, history
from workflow_rules.process.parameters import clean_text

LONGEST_NUMBER = 80


@dataclass
class TextForm:
    """The values of the form of one text. `seen` is the number of the newest version when it was rendered; `about` is
    the number of the case of the preview; `faults` are the sentences by field, that of the whole form under "".
    """

    kind: TextKind
    texts: Texts
    seen: int
    about: str = ""
    reason: str = ""
    faults: dict[str, list[str]] = field(default_factory=dict)

    def value(self, part: str, language: str) -> str:
        """Return the words of one field."""
        return self.texts.get((part, language), "")

    def put_faults(self, faults: Faults) -> bool:
        """Add the faults of the words at their fields; return whether there are none."""
        for path, found in faults.items():
            self.faults[path.replace(".", "_")] = [sentence_of(fault) for fault in found]
        return not faults

    def check(self) -> bool:
        """Add the faults of the words at their fields; return whether there are none."""
        return self.put_faults(faults_of(self.kind, self.texts))

    def given_reason(self) -> str:
        """Return the reason; "" after adding its fault to the form."""
        said, fault = clean_text("reason", self.reason, LONGEST_REASON)
        if fault is not None:
            key = "reason_too_long" if len(self.reason) > LONGEST_REASON else "no_reason"
            self.faults["reason"] = [str(REFUSALS[key])]
            return ""
        return said

    def refuse(self, refused: VersionRefused) -> None:
        """Add the sentence of a refusal, and note that its author has now seen the newest version."""
        newest = refused.newest
        by = newest.made_by.get_full_name() if newest is not None and newest.made_by is not None else gettext("sistem")
        self.faults[""] = [str(REFUSALS[refused.refusal]) % {"by": by}]
        self.seen = newest.number if newest is not None else 0

    def summary(self) -> list[tuple[str, str]]:
        """Return (id of the field, sentence with the label of the field) of every fault."""
        labels = {path.replace(".", "_"): f"{label}: " for path, label in PART_LABELS.items()}
        return [(name, labels.get(name, "") + said) for name, found in self.faults.items() for said in found]

    def untouched_language(self, current: Texts) -> str:
        """Return the sentence about the language whose words are those in force while the other one was changed; "" if
        both or none were changed, or if there is no English text.
        """
        changed = {
            language
            for part in self.kind.parts
            for language in self.kind.languages
            if self.value(part, language) != current[part, language]
        }
        english = any(self.value(part, "en") for part in self.kind.parts)
        return str(UNTOUCHED[next(iter(changed))]) if len(changed) == 1 and english else ""

    def preview(self) -> tuple[str, str] | None:
        """Return (subject, body) of the message that the words make for the chosen case; None while they have a
        fault. A case that the officer may not see is a fault of its field, and an invented one is shown.
        """
        if faults_of(self.kind, self.texts):
            return None
        return preview(self.kind, self.texts, self._case(), current_user)

    def paper(self) -> bytes | None:
        """Return the PDF of the paper that the words make for the chosen case; None after adding a fault: of that case,
        or that the paper cannot be drawn. Raises TextRefused if the words have a fault.
        """
        case = self._case()
        if "about" in self.faults:
            return None
        try:
            return paper_preview(self.kind, self.texts, case)
        except DrawingRefused as refused:
            self.faults[""] = [why_not_drawn(refused.reason)]
            return None

    def _case(self) -> Complaint | None:
        """Return the chosen case; None for an invented one, after adding the fault of a case that is not visible."""
        case = visible_case(self.about) if self.about else None
        if self.about and case is None:
            self.faults["about"] = [gettext("Aduan itu tidak ada, atau Anda tidak boleh melihatnya; contoh dipakai")]
        return case


def shown_form(kind: TextKind) -> TextForm:
    """Return the form of a text with the words of its draft, else those in force."""
    versions = history(kind.code)
    source = next((row for state in ("draft", "active") for row in versions if row.state == state), None)
    texts = texts_of(source) if source is not None else originals_of(kind)
    about = request.args.get("nomor", "").strip()[:LONGEST_NUMBER]
    return TextForm(kind, texts, versions[0].number if versions else 0, about)


def sent_form(kind: TextKind) -> TextForm:
    """Return the submitted form of a text, not yet checked. Line ends are those of the program (LF)."""
    given = request.form
    texts = {
        (part, language): given.get(f"{part}_{language}", "").replace("\r\n", "\n").strip()
        for part in PARTS
        for language in LANGUAGES
    }
    seen = given.get("versi", "")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
    about = given.get("nomor", "").strip()[:LONGEST_NUMBER]
    return TextForm(kind, texts, number, about, given.get("reason", ""))
