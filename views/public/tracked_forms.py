"""Forms for the reporter's actions on the public case page."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.choices.lists import fields_of
from app.public.tracked_case import Question, TrackedCase
from app.web.formats import day
from views.public.labels import BUTTONS, FIELDS, LEADS, NO_SCORE, SCORES, TITLES
from views.shared.action_forms import Control, Sent
from views.shared.form_errors import errors_at
from workflow_rules.process.actions import Action
from workflow_rules.process.decide import AllowedAction
from workflow_rules.process.parameters import Number, Text
from workflow_rules.process.refusals import ActionRefused
from workflow_rules.process.steps import CaseStatus

# In page order; the withdrawal is last, since it cannot be undone.
REPORTER_ACTIONS = (Action.ADD_INFORMATION, Action.RATE, Action.REOPEN, Action.NOTE, Action.ATTACH, Action.WITHDRAW)
FOLDED = frozenset({Action.ATTACH, Action.WITHDRAW})


@dataclass(frozen=True)
class ReporterForm:
    """A value object: the form of one action of the reporter.

    `token` makes the form act once, `version` is the case version shown, `open` is True for the form that was sent.
    `question` is the question that add_information answers, None for other actions.
    """

    allowed: AllowedAction
    key: str
    title: str
    button: str
    lead: str
    controls: tuple[Control, ...]
    token: str
    version: int
    question: Question | None
    open: bool

    @property
    def action(self) -> str:
        return self.allowed.action.value

    @property
    def folded(self) -> bool:
        return self.allowed.action in FOLDED

    @property
    def takes_files(self) -> bool:
        return self.allowed.action is Action.ATTACH

    @property
    def faults(self) -> list[Control]:
        return [c for c in self.controls if c.error]


def reporter_forms(
    case: TrackedCase, sent: Sent | None = None, refused: ActionRefused | None = None
) -> list[ReporterForm]:
    """Return a list with a `ReporterForm` for each action that the public case page offers the reporter now.

    The form of `sent` keeps its values and shows the errors of `refused`.
    """
    offered = [a for act in REPORTER_ACTIONS for a in case.allowed if a.action is act and _is_offered(case, act)]
    return [_form(case, a, sent if sent and sent.means(a) else None, refused) for a in offered]


def token_start(complaint_id: int) -> str:
    """Return the text with which the form tokens of a case begin.

    It keeps a form from acting on another case that was proved in the same browser meanwhile.
    """
    return f"{complaint_id}."


def _is_offered(case: TrackedCase, action: Action) -> bool:
    """Return whether the public case page offers an action that the rules allow.

    A note is not offered beside an open question or an answer, a file not after the answer.
    """
    if action is Action.ATTACH:
        return case.status is not CaseStatus.ANSWERED
    if action is not Action.NOTE:
        return True
    return not case.questions and case.status is not CaseStatus.ANSWERED


def _form(case: TrackedCase, allowed: AllowedAction, sent: Sent | None, refused: ActionRefused | None) -> ReporterForm:
    action, key = allowed.action, "-".join((allowed.action.value, allowed.agency or "aduan"))
    errors = errors_at(action, refused) if sent and refused else {}
    typed = sent.form if sent else MultiDict()
    asked = (q for q in case.questions if (q.step, q.agency) == (allowed.step, allowed.agency))
    until = {"until": day(case.reopen_until, "lengkap")}
    return ReporterForm(
        allowed=allowed,
        key=key,
        title=str(TITLES[action.value]),
        button=str(BUTTONS[action.value]),
        lead=str(LEADS.get(action.value, "")) % until,
        controls=tuple(_controls(action, key, typed, errors)),
        token=f"{token_start(case.complaint_id)}{secrets.token_urlsafe(24)}",
        version=case.version,
        question=next(asked, None) if action is Action.ADD_INFORMATION else None,
        open=sent is not None,
    )


def _controls(action: Action, key: str, typed: MultiDict[str, str], errors: dict[str, str]) -> Iterable[Control]:
    if action is Action.ATTACH:
        label = str(FIELDS[action.value, "file"])
        yield Control("file", f"{key}-file", "file", label, "", True, None, errors.get("file", ""))
        return
    for name, field in fields_of(action).items():
        # Scores as (value, label), best first.
        scores = range(field.most, field.least - 1, -1) if isinstance(field, Number) else ()
        yield Control(
            name=name,
            id=f"{key}-{name}",
            kind="score" if isinstance(field, Number) else "area",
            label=str(FIELDS[action.value, name]),
            hint="",
            required=field.required,
            value=typed.get(name, ""),
            error=str(NO_SCORE) if name == "score" and name in errors else errors.get(name, ""),
            choices=tuple((str(score), str(SCORES[str(score)])) for score in scores),
            longest=getattr(field, "longest", None),
            rows=4,
        )


def unsent_texts(sent: Sent) -> list[str]:
    """Return a list of the texts typed into a form that cannot be sent now, so that the reporter can copy them; [] if
    none.
    """
    if sent.action is Action.ATTACH:
        return []
    texts = (name for name, field in fields_of(sent.action).items() if isinstance(field, Text))
    return [sent.form[name] for name in texts if sent.form.get(name, "").strip()]
