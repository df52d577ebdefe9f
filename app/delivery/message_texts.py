"""Text of messages: to officers their notices, to a reporter where to look.

They contain nothing about the reporter and no content of the case.
"""

from datetime import datetime
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale, gettext, ngettext

from app.access.people import person_of
from app.core.clock import utc_now
from app.core.office import current_office
from app.delivery.notice_sentences import NoticeLine, notice_line
from app.models import Complaint, Delivery, ReportJob
from app.models.messages import RECORD_KINDS
from app.outbound.gateway import ComposedMessage, Refused
from app.reporting.exports.request import wanted_of
from app.reporting.exports.titles import title_of
from app.texts.current import Texts, wording
from app.texts.field_names import REPORTER
from app.texts.placeholders import Values
from app.texts.values import field_values, instant
from app.worklists.work_counts import count_my_steps
from workflow_rules.process.identity import Confidentiality

Message = dict[str, Any]
"""The template values of one message."""


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


def reporter_values(message: Delivery, case: Complaint) -> Message:
    """Return the template values of a message to a reporter as a dict: `subject`, `sentence`, `number` ("": not shown),
    `code` (tracking code or None), `base` (address of the site).

    If the case is not open, the complaint number is included only together with the code, which is useless without it,
    and values of fields never.
    """
    secret = case.confidentiality != Confidentiality.OPEN
    if secret and message.sealed_code is None:
        return reporter_message("news", "", None, None)
    fields = {} if secret else field_values(case, REPORTER)
    return reporter_message(str(message.told), case.number, case.received_at, message.sealed_code, fields=fields)


def reporter_message(
    key: str,
    number: str,
    received_at: datetime | None,
    code: str | None,
    texts: Texts | None = None,
    fields: Values | None = None,
) -> Message:
    """Return the template values of a message to a reporter as it is worded now, or with the words of `texts`: number
    ("": not shown), instant and fields of the case, and the tracking code, if it is named. Raises TextRefused if
    `texts` has a fault.
    """
    base = current_app.config["PUBLIC_BASE_URL"]
    about = {"complaint.number": number, "complaint.received": instant(received_at), "site.address": base}
    values: Values = {**about, **(fields or {})}
    said = wording(f"reporter.{key}", values, texts)
    return {"subject": said["subject"], "sentence": said["body"], "number": number, "code": code, "base": base}


def _notice_values(message: Delivery) -> dict[str, Any]:
    lines = [notice_line(item.notice) for item in message.items]
    now = utc_now()
    for_morning = message.digest_on is not None and message.user is not None
    work = count_my_steps(person_of(message.user, now), now) if for_morning else None
    if message.digest_on is not None:
        subject = gettext("Pekerjaan Anda pagi ini di %(product)s", product=current_office().product)
    elif len(lines) == 1:
        subject = lines[0].sentence
    else:
        subject = ngettext("%(num)d pemberitahuan", "%(num)d pemberitahuan", len(lines))
    base = current_app.config["PUBLIC_BASE_URL"]
    return {"lines": lines, "work": work, "subject": subject, "base": base, "link_of": link_of}


def link_of(line: NoticeLine) -> str:
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
    base = current_app.config["PUBLIC_BASE_URL"]
    name = message.user.get_full_name() if message.user is not None else ""
    key = link.kind if link is not None else str(message.account_news)
    said = wording(f"account.{key}", {"officer.name": name, "site.address": base})
    values = {"sentence": said["body"], "base": base, "user": message.user, "link": "", "until": None}
    if link is not None:
        values |= {"link": f"{base}{LINK_PATH}{message.sealed_code}", "until": link.expires_at}
    return said["subject"], render_template("delivery/account.txt", **values)
