"""A few complaints in September 2026 (no holidays; 7.5 hours a day) with every time chosen by hand."""

from datetime import datetime
from typing import Any

from tests.factories import Case, a_complaint
from tests.office_zone import OFFICE_ZONE

Act = tuple[str, str, str, dict[str, Any]]


def wita(text: str) -> datetime:
    """`1 08:30` as that day of September 2026 in Balangan; a date before the day goes elsewhere."""
    stamp = text if "-" in text else f"2026-09-{int(text.split()[0]):02d} {text.split()[1]}"
    return datetime.fromisoformat(stamp).replace(tzinfo=OFFICE_ZONE)


def led(case: Case, *acts: Act) -> Case:
    """Do the acts, each at its own time: when, who (`admin.dishub` is an agency's officer), what, with which words."""
    for when, who, action, params in acts:
        actor, _, house = who.partition(".")
        case.act(actor, action, house or None, now=wita(when), **params)
    return case


def direction(*agencies: str, **more: Any) -> dict[str, Any]:
    return {
        "agencies": list(agencies),
        "lead": agencies[0],
        "instruction": "Tindak lanjuti.",
        "urgency": "normal",
        "field_visit": False,
        "route": "fast",
        **more,
    }


def answered_road() -> Case:
    """From Tuesday to Friday; the check took 75 minutes of 60, the last disposition 60 of 30."""
    case = a_complaint(received=wita("1 08:00"), category="jalan_berlubang")
    return led(
        case,
        ("1 08:30", "complaint_admin", "register", {}),
        ("1 09:45", "section_head", "approve_check", {}),
        ("1 10:00", "division_head", "report", {}),
        ("1 10:30", "office_head", "direct", direction("dpuprperkim")),
        ("1 11:00", "agency_admin.dpuprperkim", "accept", {}),
        ("1 11:30", "agency_head.dpuprperkim", "dispose", {"instruction": "Siapkan."}),
        ("3 11:30", "agency_secretary.dpuprperkim", "submit_draft", {"subject": "Jalan", "body": "Ditambal."}),
        ("4 09:00", "agency_head.dpuprperkim", "sign", {}),
        ("4 09:30", "agency_admin.dpuprperkim", "send", {}),
        ("4 10:30", "office_head", "dispose_answer", {"instruction": "Jawab."}),
        ("4 11:00", "complaint_admin", "reply", {"text": "Sudah ditambal.", "proof": "Dicatat."}),
    )


def waiting_road() -> Case:
    """Received after closing on the 2nd, asked about for a day, and left at step 3 since Friday 09.00."""
    case = a_complaint(received=wita("2 17:00"), category="jalan_berlubang", confidentiality="secret")
    return led(
        case,
        ("3 08:00", "complaint_admin", "request_information", {"question": "Di mana tepatnya?"}),
        ("4 08:00", "complaint_admin", "add_information", {"text": "Di depan pasar."}),
        ("4 08:20", "complaint_admin", "register", {}),
        ("4 09:00", "section_head", "approve_check", {}),
    )
