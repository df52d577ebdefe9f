"""Rendering of the public case page."""

from datetime import datetime

from flask import render_template
from flask_babel import gettext

from app.casefile.promised_date import NATIONAL, Promise
from app.core.clock import utc_now
from app.public.tracked_case import load_tracked_case
from app.public.tracked_history import News
from app.public.tracking_proof import Proof
from app.vocabulary import words
from app.vocabulary.refusals import refusal_sentence
from app.web.formats import day
from views.public.labels import ARCHIVE_REASONS, ENDINGS, NEWS, NEWS_ICONS, REFUSALS, STAGES, STATUSES
from views.public.tracked_forms import reporter_forms, unsent_texts
from views.shared.action_forms import Sent
from views.shared.form_once import know_browser
from workflow_rules.process.refusals import ActionRefused

CASE_PATH = "/lacak/kasus"


def case_page(proof: Proof, sent: Sent | None = None, refused: ActionRefused | None = None, refusal: str = "") -> str:
    """Return the HTML of the public case page; a form that was sent keeps its values and shows why it was refused.

    `refusal` is a message shown instead of that of `refused`.
    """
    know_browser()
    case = load_tracked_case(proof.complaint_id, utc_now())
    forms = reporter_forms(case, sent, refused)
    returned = next((form for form in forms if form.open), None)
    return render_template(
        "public/tracked_case.html",
        case=case,
        forms=forms,
        returned=returned,
        refusal=str(REFUSALS.get(refused.reason.value) or refusal_sentence(refused)) if refused else refusal,
        unsent=unsent_texts(sent) if sent and returned is None else [],
        promise=promise_sentences(case.promise) if case.promise else None,
        working=listed(case.agency_names),
        status=STATUSES[case.status.value],
        ending=ENDINGS.get(case.status.value),
        stages=STAGES,
        news=[(line, title_of(line), NEWS_ICONS[line.kind]) for line in case.news],
        words=words,
        answered_on=day(case.answered_at, "lengkap"),
    )


def title_of(line: News) -> str:
    """Return the heading (text) of a news entry of the public case page, with agency or detail filled in."""
    detail = ARCHIVE_REASONS.get(line.detail, line.detail) if line.kind == "archive" else line.detail
    return str(NEWS[line.kind]) % {"house": listed(line.agency_names), "detail": detail}


def listed(names: tuple[str, ...]) -> str:
    """Return names joined as in a sentence: "A, B, dan C"; "" for none."""
    if len(names) < 2:
        return "".join(names)
    if len(names) == 2:
        return gettext("%(first)s dan %(last)s", first=names[0], last=names[1])
    return gettext("%(first)s, dan %(last)s", first=", ".join(names[:-1]), last=names[-1])


def promise_sentences(promise: Promise) -> tuple[str, str]:
    """Return two sentences: the promised answer date, and its basis.

    Other sentences replace them when the case waits for the reporter or the date has passed.
    """
    if promise.paused:
        first = gettext("Kami menunggu keterangan Anda.")
        return first, gettext("Waktu berhenti sampai Anda menjawab; sesudah itu tanggal jawaban dihitung lagi.")
    promised = day(promise.due_at, "lengkap")
    if promise.passed:
        first = gettext("Jawaban seharusnya Anda terima paling lambat %(day)s.", day=promised)
        return first, gettext("Batas itu sudah lewat dan kami minta maaf. Aduan Anda tetap ditangani.")
    first = gettext("Kami menjanjikan jawaban paling lambat %(day)s.", day=promised)
    return first, _reason(promise.rule, promise.other)


def _reason(rule: str, other: datetime | None) -> str:
    """Return the sentence that says whether the promised date follows from the SOP or from the national rule.

    `other` is the other limit (aware datetime), None if there is only the SOP's.
    """
    if other is None:
        return gettext("Itu waktu baku menurut SOP kami.")
    until = day(other, "lengkap")
    if rule == NATIONAL:
        return gettext("Itu batas aturan nasional SP4N-LAPOR!; waktu baku SOP kami sampai %(day)s.", day=until)
    return gettext(
        "Itu waktu baku menurut SOP kami; aturan nasional SP4N-LAPOR! memberi waktu sampai %(day)s.", day=until
    )
