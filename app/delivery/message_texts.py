"""Text of messages: to officers their notices, to a reporter where to look.

They contain nothing about the reporter and no content of the case.
"""

from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale, gettext, ngettext
from flask_babel import lazy_gettext as _

from app.access.people import person_of
from app.accounts.labels import ACCOUNT_MAILS
from app.core.clock import utc_now
from app.delivery.notice_sentences import NoticeLine, notice_line
from app.models import Complaint, Delivery, ReportJob
from app.models.messages import RECORD_KINDS
from app.outbound.gateway import ComposedMessage, Refused
from app.reporting.exports.request import wanted_of
from app.reporting.exports.titles import title_of
from app.worklists.work_counts import count_my_steps
from workflow_rules.process.identity import Confidentiality


def compose(message: Delivery) -> ComposedMessage:
    """Return the text of one delivery, in Indonesian. Raises Refused if its password link was used, replaced or has
    expired.
    """
    html = None
    with force_locale("id"):
        if message.report_job is not None:
            subject, body = _report_text(message, message.report_job)
        elif message.account_news is not None:
            subject, body = _account_text(message)
        elif message.complaint is not None:
            values = reporter_values(message, message.complaint)
            subject, body = values["subject"], render_template("delivery/reporter.txt", **values)
        else:
            values = _notice_values(message)
            subject, body = values["subject"], render_template("delivery/message.txt", **values)
            html = render_template("delivery/message.html", **values)
    return ComposedMessage(message.id, message.created_at, subject, body, html, message.report_file)


def _report_text(message: Delivery, job: ReportJob) -> tuple[str, str]:
    """Return (subject, body) of the e-mail with a scheduled report, with a link to the page of exports; its file is
    attached unless it is too large.
    """
    title = title_of(wanted_of(job.wanted))
    values = {"title": title, "rows": job.rows, "attached": message.report_file is not None}
    values |= {"base": current_app.config["PUBLIC_BASE_URL"], "expires_at": job.expires_at}
    name = job.schedule.name if job.schedule is not None else gettext("Laporan")
    return f"{name}: {title}", render_template("delivery/report.txt", **values)


def reporter_values(message: Delivery, case: Complaint) -> dict[str, Any]:
    """Return the template values of a message to a reporter as a dict: `subject`, `sentence`, `number` ("": not shown),
    `code` (tracking code or None), `base` (address of the site).

    If the case is not open, the complaint number is included only together with the code, which is useless without it.
    """
    secret = case.confidentiality != Confidentiality.OPEN
    subject, sentence = REPORTER_MESSAGES["news" if secret and message.sealed_code is None else str(message.told)]
    return {
        "subject": str(subject),
        "sentence": str(sentence),
        "number": "" if secret and message.sealed_code is None else case.number,
        "code": message.sealed_code,
        "base": current_app.config["PUBLIC_BASE_URL"],
    }


def _notice_values(message: Delivery) -> dict[str, Any]:
    lines = [notice_line(item.notice) for item in message.items]
    now = utc_now()
    for_morning = message.digest_on is not None and message.user is not None
    work = count_my_steps(person_of(message.user, now), now) if for_morning else None
    if message.digest_on is not None:
        subject = gettext("Pekerjaan Anda pagi ini di Lapor Balangan")
    elif len(lines) == 1:
        subject = lines[0].sentence
    else:
        subject = ngettext("%(num)d pemberitahuan", "%(num)d pemberitahuan", len(lines))
    base = current_app.config["PUBLIC_BASE_URL"]
    return {"lines": lines, "work": work, "subject": subject, "base": base, "link_of": _link_of}


def _link_of(line: NoticeLine) -> str:
    base = current_app.config["PUBLIC_BASE_URL"]
    if line.kind in RECORD_KINDS:
        return f"{base}/kesehatan/"
    return f"{base}/aduan/{line.complaint_id}" if line.complaint_id else f"{base}/"


LINK_PATH = "/sandi-baru/"


def _account_text(message: Delivery) -> tuple[str, str]:
    """Return (subject, body) of an e-mail about a user account. Raises Refused if its password link was used, replaced
    or has expired.
    """
    link = message.password_link
    if link is not None and (message.sealed_code is None or link.ended_at or link.expires_at <= utc_now()):
        raise Refused("the link has ended")
    subject, sentence = ACCOUNT_MAILS[link.kind if link is not None else str(message.account_news)]
    base = current_app.config["PUBLIC_BASE_URL"]
    values = {"sentence": str(sentence), "base": base, "user": message.user, "link": "", "until": None}
    if link is not None:
        values |= {"link": f"{base}{LINK_PATH}{message.sealed_code}", "until": link.expires_at}
    return str(subject), render_template("delivery/account.txt", **values)


# (subject, first sentence) by cause. `news` replaces every cause but the code if the reporter asked for secrecy.
REPORTER_MESSAGES: dict[str, tuple[object, object]] = {
    "received": (_("Nomor dan kode lacak Anda"), _("Laporan Anda sudah kami terima.")),
    "code_replaced": (_("Kode lacak Anda yang baru"), _("Kode lacak Anda diganti. Kode yang lama tidak berlaku lagi.")),
    "question": (_("Ada pertanyaan untuk Anda"), _("Ada pertanyaan yang menunggu jawaban Anda.")),
    "answered": (_("Aduan Anda sudah dijawab"), _("Jawaban atas aduan Anda sudah ada.")),
    "ended": (_("Kabar tentang aduan Anda"), _("Ada kabar terakhir tentang aduan Anda.")),
    "news": (_("Ada kabar untuk Anda"), _("Ada kabar untuk Anda di halaman lacak.")),
}
