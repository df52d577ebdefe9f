"""What a person reads first in a bundle: what it is, how to check it, what is left out; and the case as a story."""

from flask import render_template
from flask_babel import force_locale

from app.audit.evidence_data import withheld
from app.casefile.case import Case
from app.casefile.timeline import timeline
from app.vocabulary.words import CONFIDENTIALITIES, STATUSES


def readme(case: Case) -> str:
    """BACA-SAYA.txt, Indonesian whatever language its maker reads."""
    with force_locale("id"):
        return render_template(
            "evidence/readme.txt",
            case=case,
            complaint=case.complaint,
            last=case.events[-1],
            status=STATUSES[case.complaint.status],
            confidentiality=CONFIDENTIALITIES[case.complaint.confidentiality],
            withheld=sum(bool(withheld(case, event)) for event in case.events),
            partly=[event.seq for event in case.events if event.seed is None and withheld(case, event)],
        )


def story(case: Case) -> str:
    """linimasa.txt: every event in words, the first first."""
    hidden = [bool(withheld(case, event)) for event in case.events]
    with force_locale("id"):
        entries = zip(reversed(timeline(case)), hidden, case.events, strict=True)
        return render_template("evidence/story.txt", complaint=case.complaint, entries=list(entries))
