"""Previews of texts: a message as it would be sent with words that may not be in force yet."""

from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale

from app.core.clock import utc_now
from app.delivery.message_texts import LINK_PATH, link_of, reporter_message
from app.delivery.notice_sentences import NoticeLine
from app.models import Complaint, User
from app.papers.previews import slot_preview
from app.texts.current import Texts, wording
from app.texts.kinds import TextKind
from app.texts.values import SAMPLE_NUMBER, field_values, instant, sample_fields, sample_values
from workflow_rules.process.identity import Confidentiality

SAMPLE_CODE = "ABCD-EFGH-JKLM"


def preview(kind: TextKind, texts: Texts, case: Complaint | None, reader: User) -> tuple[str, str]:
    """Return (subject, body) of the Indonesian message that these words make, about a case, or an invented one for
    None; of a paper ("", the text that it prints). `reader` is the officer to whom a notice or an e-mail about an
    account would go. Raises TextRefused if the words have a fault.
    """
    with force_locale("id"):
        return _MADE[kind.group](kind, texts, case, reader)


def _printed(kind: TextKind, texts: Texts, case: Complaint | None, reader: User) -> tuple[str, str]:
    return "", slot_preview(kind, texts, case)


def _to_reporter(kind: TextKind, texts: Texts, case: Complaint | None, reader: User) -> tuple[str, str]:
    number, at = (case.number, case.received_at) if case is not None else (SAMPLE_NUMBER, utc_now())
    code = SAMPLE_CODE if kind.key in ("received", "code_replaced") else None
    secret = case is not None and case.confidentiality != Confidentiality.OPEN
    hidden = kind.key == "news" or (secret and code is None)
    fields = sample_fields(kind.readers) if case is None else {} if secret else field_values(case, kind.readers)
    values = reporter_message(kind.key, "" if hidden else number, None if hidden else at, code, texts, fields)
    return values["subject"], render_template("delivery/reporter.txt", **values)


def _notice(kind: TextKind, texts: Texts, case: Complaint | None, reader: User) -> tuple[str, str]:
    about = {"complaint.number": case.number, "deadline": instant(case.next_due_at)} if case is not None else {}
    sentence = wording(kind.code, {**sample_values(), **about}, texts)["body"]
    now = utc_now()
    due = (case.next_due_at if case is not None else now) if "deadline" in kind.allowed else None
    line = NoticeLine(0, kind.key, sentence, due, case.id if case is not None else None, now, unread=True)
    base = current_app.config["PUBLIC_BASE_URL"]
    return sentence, render_template("delivery/message.txt", lines=[line], work=None, base=base, link_of=link_of)


def _account(kind: TextKind, texts: Texts, case: Complaint | None, reader: User) -> tuple[str, str]:
    base = current_app.config["PUBLIC_BASE_URL"]
    said = wording(kind.code, {**sample_values(), "officer.name": reader.get_full_name()}, texts)
    values: dict[str, Any] = {"sentence": said["body"], "base": base, "user": reader, "link": "", "until": None}
    if kind.key in ("invitation", "reset", "forgotten"):
        values |= {"link": f"{base}{LINK_PATH}…", "until": utc_now()}
    return said["subject"], render_template("delivery/account.txt", **values)


_MADE = {"reporter": _to_reporter, "notice": _notice, "account": _account, "paper": _printed}
