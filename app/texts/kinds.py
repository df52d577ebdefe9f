"""The texts of the program that an office may reword: their codes, names, placeholders and originals.

An original is a message of the catalogues, so it exists in every language of the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _

from app.accounts.labels import ACCOUNT_MAILS
from app.notices.labels import NOTICES, REPORTER_MESSAGES
from app.texts.field_names import NOBODY, REPORTER, Readers, field_names
from app.texts.labels import KIND_HINTS, KIND_NAMES
from app.texts.names import NAMES, Name, allowed
from app.texts.paper_texts import PAPER_TEXTS
from app.texts.placeholders import Allowed, Limits
from app.vocabulary.words import Labels

LANGUAGES = ("id", "en")
PARTS = ("subject", "body")
SUBJECT_LIMITS = Limits(longest=200, one_line=True)
SENTENCE_LIMITS = Limits(longest=300, one_line=True)
BODY_LIMITS = Limits()

GROUPS: Labels = {
    "reporter": _("Pesan kepada pelapor"),
    "notice": _("Pemberitahuan kepada petugas"),
    "account": _("Surel tentang akun"),
    "paper": _("Surat dan kertas lain"),
}


@dataclass(frozen=True)
class TextKind:
    """A value object: one text of the program that an office may reword.

    `subject` and `body` are the original (lazy texts); `subject` is None for a text without one. `named` maps the names
    in the original to those of the placeholders. `names` are those that the text may hold besides the fields of the
    office that its `readers` may see. It is written in `languages`, of which only Indonesian must be there.
    """

    group: str
    key: str
    subject: Any
    body: Any
    names: tuple[str, ...]
    named: Mapping[str, str]
    limits: Limits = BODY_LIMITS
    readers: Readers = NOBODY
    languages: tuple[str, ...] = LANGUAGES

    @property
    def code(self) -> str:
        """The code by which rows and programs name this kind."""
        return f"{self.group}.{self.key}"

    @property
    def label(self) -> Any:
        """The name of this kind for screens (lazy text)."""
        return KIND_NAMES[self.code]

    @property
    def hint(self) -> Any:
        """What there is to know about writing this text (lazy text); "" for most kinds."""
        return KIND_HINTS.get(self.code, "")

    @property
    def allowed(self) -> Allowed:
        """The names of the published list that a text of this kind may hold, with the type of each."""
        return allowed(self.names)

    @property
    def published(self) -> tuple[Name, ...]:
        """The names that a text of this kind may hold, with their explanations, fields of the office last."""
        return (*(NAMES[name] for name in self.names), *field_names(self.readers))

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of this kind: subject and body, or the body alone."""
        return PARTS if self.subject is not None else PARTS[1:]

    def limits_of(self, part: str) -> Limits:
        """Return the limits of one part, `subject` or `body`."""
        return SUBJECT_LIMITS if part == "subject" else self.limits

    def original(self, part: str, language: str) -> str:
        """Return the original of one part in a language, with placeholders; "" for a part or a language that the kind
        lacks.
        """
        said = getattr(self, part)
        if said is None or language not in self.languages:
            return ""
        with force_locale(language):
            written = str(said)
        return written % {name: "{" + placeholder + "}" for name, placeholder in self.named.items()}


_NAMED = {
    "number": "complaint.number",
    "step": "step.name",
    "day": "step.overdue_days",
    "decree": "delegation.decree",
    "report": "report.title",
}
_OF_MESSAGE = ("complaint.number", "complaint.received", "site.address")
_OF_STEP = ("complaint.number", "step.name", "deadline")
_OF_NOTICE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("step_opened", "step_near", "step_late", "initial_asked", "information_added"), _OF_STEP),
    **dict.fromkeys(("question_expired", "paper_failed", "release_asked", "release_refused"), _OF_STEP),
    **dict.fromkeys(("answer_extended", "anonymity_wanted", "unit_disposed"), _OF_STEP),
    "step_overdue": (*_OF_STEP, "step.overdue_days"),
    "file_held": ("complaint.number",),
    **dict.fromkeys(("delegation_made", "delegation_ended"), ("delegation.decree",)),
    **dict.fromkeys(("report_ready", "report_failed"), ("report.title",)),
}

KINDS = {
    kind.code: kind
    for kind in (
        *(
            TextKind("reporter", key, subject, body, _OF_MESSAGE, {}, readers=NOBODY if key == "news" else REPORTER)
            for key, (subject, body) in REPORTER_MESSAGES.items()
        ),
        *(
            TextKind("notice", key, None, body, _OF_NOTICE.get(key, ()), _NAMED, SENTENCE_LIMITS)
            for key, body in NOTICES.items()
        ),
        *(
            TextKind("account", key, subject, body, ("officer.name", "site.address"), {})
            for key, (subject, body) in ACCOUNT_MAILS.items()
        ),
        *(
            TextKind("paper", key, None, one.original, one.names, {}, one.limits, one.readers, LANGUAGES[:1])
            for key, one in PAPER_TEXTS.items()
        ),
    )
}
"""Every text that an office may reword, by code, in the order of the screen."""
