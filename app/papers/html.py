"""HTML of each kind of paper, made from its frozen content."""

from collections.abc import Collection, Mapping
from typing import Any

from app.access.process_rows import in_columns, process_actors, process_parts
from app.choices.lists import CHANNELS, URGENCIES
from app.papers.html_parts import paper_html, public_address, qr
from app.papers.layouts import layout_of
from app.papers.sheet_flow import cell_lines
from app.vocabulary.words import CLASSIFICATIONS, CONFIDENTIALITIES, DELEGATION_KINDS
from workflow_rules.process.actors import Organisation
from workflow_rules.process.steps import StepKind

MARKS_ONLY = 3
"""The last layout whose SOP sheet has marks and no lines."""


def receipt(frozen: Mapping[str, Any]) -> str:
    """Return the HTML text of the receipt (tanda terima) for the reporter, from its frozen content. The receipt does
    not show the tracking code, which is issued only once.
    """
    address = public_address(frozen, "/lacak")
    return paper_html(
        "receipt",
        frozen,
        frozen["received_at"],
        channel=CHANNELS[frozen["channel"]],
        classification=CLASSIFICATIONS[frozen["classification"]],
        confidentiality=CONFIDENTIALITIES[frozen["confidentiality"]],
        address=address,
        qr=qr(address),
    )


def disposition(frozen: Mapping[str, Any]) -> str:
    """Return the HTML text of the disposition sheet (lembar disposisi, domain 4.4), from its frozen content."""
    kind = frozen["signatory"]["kind"]
    return paper_html(
        "disposition",
        frozen,
        frozen["at"],
        urgencies=[(text, word == frozen["urgency"]) for word, text in URGENCIES.items()],
        secrecies=[("Biasa", not frozen["secret"]), ("Rahasia", frozen["secret"])],
        standing_in=DELEGATION_KINDS[kind] if kind else None,
    )


def reporter_answer(frozen: Mapping[str, Any]) -> str:
    """Return the HTML text of the answer sent to the reporter, from its frozen content: a message slip rather than a
    letter. The slip does not name the reporter, so that the file holds no identity.
    """
    kind = frozen["signatory"]["kind"]
    disposed = (frozen.get("disposed") or {}).get("kind")
    address = public_address(frozen, "/lacak")
    return paper_html(
        "reporter_answer",
        frozen,
        frozen["at"],
        channel=CHANNELS[frozen["channel"]],
        standing_in=DELEGATION_KINDS[kind] if kind else None,
        disposed_as=DELEGATION_KINDS[disposed] if disposed else None,
        address=address,
        qr=qr(address),
    )


def answer_letter(frozen: Mapping[str, Any]) -> str:
    """Return the HTML text of a signed response letter, from its frozen content, with the QR code and address of its
    verification page.
    """
    address = public_address(frozen, f"/verifikasi/{frozen['verification_code']}")
    return _letter(frozen, frozen["signed_at"], draft=False, qr=qr(address), address=address)


def draft_letter(frozen: Mapping[str, Any]) -> str:
    """Return the HTML text of a draft letter, from its frozen content: without number, date and signatory, with KONSEP
    across every page.
    """
    return _letter(frozen, frozen["drafted_at"], draft=True)


def _letter(frozen: Mapping[str, Any], made_at: str, **more: Any) -> str:
    kind = (frozen.get("signatory") or {}).get("kind")
    return paper_html(
        "answer_letter",
        frozen,
        made_at,
        urgency=URGENCIES[frozen["urgency"]],
        standing_in=DELEGATION_KINDS[kind] if kind else None,
        electronic=frozen.get("signing", "wet") != "wet",
        **more,
    )


def sop_sheet(frozen: Mapping[str, Any]) -> str:
    """Return the HTML text of one SOP version, from its frozen content, as a landscape sheet with a row for
    each step and a column for each role.

    The relay step has no row of its own; its officer is added to the row of step 4.
    """
    # Sheets that were asked for before their columns were frozen have the roles as they are now.
    columns = frozen.get("columns") or role_columns({step["actor"] for step in frozen["steps"]})
    headings = (frozen.get("actor_headings") or "").splitlines()
    if len(headings) != len(columns):
        headings = [column["name"] for column in columns]
    relayed = {step["number"]: step["actor"] for step in frozen["steps"] if step["step"] == StepKind.RELAY.value}
    rows = [step for step in frozen["steps"] if step["step"] != StepKind.RELAY.value]
    steps = [{**row, "actors": {row["actor"], relayed.get(row["number"], row["actor"])}} for row in rows]
    codes = [column["code"] for column in columns]
    return paper_html(
        "sop_sheet",
        frozen,
        frozen["made_at"],
        capacity=DELEGATION_KINDS.get(frozen.get("approver_capacity") or ""),
        columns=codes,
        ways=cell_lines(steps, codes, StepKind.AGENCY_RECEIVE.value) if layout_of(frozen) > MARKS_ONLY else [],
        office=[column["code"] for column in columns if column["of"] == Organisation.OFFICE],
        agency_columns=[column["code"] for column in columns if column["of"] == Organisation.AGENCY],
        actors={column["code"]: column["name"] for column in columns},
        relay=StepKind.RELAY.value,
        headings=headings,
        steps=steps,
        whole=_whole(frozen["steps"]),
    )


def role_columns(codes: Collection[str]) -> list[dict[str, str]]:
    """Return the columns of a sheet for the roles with these codes: code, name and organisation of each as they are
    now.
    """
    return [
        {"code": actor.code, "name": process_parts().actor_names[actor.code][0], "of": actor.organisation.value}
        for actor in in_columns(process_actors(), codes)
    ]


def _whole(steps: list[Mapping[str, Any]]) -> str:
    """Return the time allowed for all steps as text, "14 hari 3 jam 30 menit"; working days and working minutes are not
    converted into each other.
    """
    days = sum(s["allowance_value"] for s in steps if s["allowance_unit"] == "working_days")
    minutes = sum(s["allowance_value"] for s in steps if s["allowance_unit"] == "working_minutes")
    hours, rest = divmod(minutes, 60)
    parts = ((days, "hari"), (hours, "jam"), (rest, "menit"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
