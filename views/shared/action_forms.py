"""HTML forms for the actions of the process rules.

Controls are generated from the parameter definitions of each action; submitted forms are converted back to parameters.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import force_locale, gettext
from werkzeug.datastructures import FileStorage, MultiDict

from app.casefile.case import Case
from app.casefile.labels import QUESTIONS, RELEASE_DECISIONS, Question, choices_of
from app.casefile.timeline import ICON_OF
from app.choices.lists import fields_of, units_of
from app.fields.values import fields_asked
from app.files.attachments import LARGEST
from app.models import Letter
from app.papers.letters import draft_hash
from app.vocabulary.actions import BUTTONS, HINTS, PARAMETERS, PARAMETERS_OF, REPLY_FROM_LETTER
from app.vocabulary.signing import PASSPHRASE_HINTS
from views.shared.action_effects import effect_of
from views.shared.controls import PREFIX, Control, field_controls, sent_fields, typed_values
from views.shared.form_errors import errors_at
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.decide import AllowedAction
from workflow_rules.process.parameters import Choice, Codes, Field, Flag, Members, Number, Part, Text, is_blank
from workflow_rules.process.possible_actions import OWN_ACTIONS
from workflow_rules.process.refusals import ActionRefused

LONG_TEXTS = frozenset(
    {"question", "text", "note", "instruction", "reason", "body", "incomplete_reason", "comment", "proof"}
)
ROWS = {"body": 14, "instruction": 4, "text": 6}
REPLY_ROWS = 14
MOST_RADIOS = 5
DECISION = "accept"
"""Shown as two radio buttons: an unticked checkbox would be indistinguishable from a "no"."""


@dataclass(frozen=True)
class ActionForm:
    """A value object: the form of one action that the officer may perform now.

    `token` makes the form act once, `version` is the case version it was rendered from. After a refused submission
    `typed` and the controls hold the submitted values and errors. `draft` is the digest of the letter shown, "" if
    none.
    """

    allowed: AllowedAction
    key: str
    title: str
    button: str
    icon: str
    effect: str
    agency_name: str
    controls: tuple[Control, ...]
    token: str
    version: int
    question: Question | None
    typed: MultiDict[str, str]
    draft: str = ""

    @property
    def action(self) -> str:
        return self.allowed.action.value

    @property
    def takes_files(self) -> bool:
        return self.allowed.action is Action.ATTACH

    def control(self, name: str) -> Control:
        return next(c for c in self.controls if c.name == name)


@dataclass(frozen=True)
class Sent:
    """A value object: one submitted action form.

    `version` is the case version the form was rendered from, `token` its one-time token.
    """

    action: Action
    agency: str | None
    version: int
    token: str
    form: MultiDict[str, str]
    file: FileStorage | None = None

    @property
    def again(self) -> bool:
        """Whether this is a new direction for an agency that declined: a direct action that names an agency."""
        return self.action is Action.DIRECT and self.agency is not None

    @property
    def params(self) -> dict[str, Any]:
        return params_of(fields_of(self.action, self.again), self.form)

    @property
    def wish(self) -> ActionRequest:
        return ActionRequest(self.action, self.agency, self.params, reviewed=self.draft)

    @property
    def draft(self) -> str | None:
        """The hash (hex) of the letter draft that the officer read before signing, as the form sent it and not yet
        checked; None if the form sent none.
        """
        return self.form.get("draft_hash") or None

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Every submitted parameter as (name, text), without secrets, for a confirmation page."""
        fields = fields_of(self.action, self.again)
        shown = [name for name, field in fields.items() if not field.secret and name != "agency"]
        own = [name for name in self.form if name.startswith(PREFIX)]
        return [(name, value) for name in (*shown, *own) for value in self.form.getlist(name)]

    def means(self, allowed: AllowedAction) -> bool:
        same_agency = self.action is Action.ADD_AGENCY or self.agency == allowed.agency
        return self.action is allowed.action and same_agency


def read_sent(form: MultiDict[str, str], file: FileStorage | None = None) -> Sent | None:
    """Return the submitted action form as `Sent`; None when action, version or token is malformed."""
    action, version, token = form.get("action", ""), form.get("expected_version", ""), form.get("token", "")
    known = action in frozenset(Action) - {Action.EXPIRE_QUESTION}
    if not (known and _is_count(version) and 16 <= len(token) <= 64 and "\x00" not in token):
        return None
    return Sent(Action(action), form.get("agency") or None, int(version), token, form, file)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def params_of(fields: Mapping[str, Field], form: MultiDict[str, str]) -> dict[str, Any]:
    """Return a dict of the submitted form values as parameters of an action.

    Empty fields and fields the action does not have are left out; numbers that cannot be parsed stay text.
    """
    found = {name: _value(field, form, name) for name, field in fields.items()}
    return {name: value for name, value in found.items() if value is not None}


def _value(field: Field, form: MultiDict[str, str], name: str) -> Any:
    if name == DECISION:
        return {"1": True, "0": False}.get(form.get(name, ""))
    if isinstance(field, Flag):
        return name in form if field.required or name in form else None
    if isinstance(field, Part):
        return None
    if isinstance(field, Members):
        return sent_fields(form) or None
    if isinstance(field, Codes):
        return [code for code in form.getlist(name) if code] or None
    text = form.get(name, "")
    if text == "" or (not field.required and is_blank(text)):
        return None
    return int(text) if isinstance(field, Number) and _is_count(text) else text


def digest_of(sent: Sent) -> str:
    """Return the SHA-256 hex digest of a submitted action form, by which a repeat is recognised.

    It covers every field and the file, but no secret, no CSRF token and no button that only asks for confirmation.
    """
    secret = {name for name, field in fields_of(sent.action).items() if field.secret}
    parts = sorted((k, v) for k, v in sent.form.items(multi=True) if k not in secret | {"csrf_token", "ask"})
    digest = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass"))
    if sent.file is not None:
        digest.update(sent.file.stream.read(LARGEST + 1))
        sent.file.stream.seek(0)
    return digest.hexdigest()


def forms_of(case: Case, sent: Sent | None = None, refused: ActionRefused | None = None) -> list[ActionForm]:
    """Return an `ActionForm` for each action the officer may perform now, except correct, which has its own page.

    The form of `sent` keeps its submitted values and shows the errors of `refused`.
    """
    shown = (a for a in case.allowed if a.action is not Action.CORRECT)
    return [_form(case, a, sent if sent and sent.means(a) else None, refused) for a in shown]


def primary_of(forms: Iterable[ActionForm]) -> ActionForm | None:
    """Return the `ActionForm` of the page's main action; None if the officer has none.

    It completes an open step of this officer, else records the reporter's answer, else confirms that the text of a
    secret or anonymous case does not reveal the reporter.
    """
    listed = list(forms)
    main = [f for f in listed if f.allowed.step and f.allowed.action in OWN_ACTIONS]
    answers = [f for f in listed if f.allowed.action is Action.ADD_INFORMATION]
    confirmations = [f for f in listed if f.allowed.action is Action.CONFIRM_ANONYMITY]
    return next(iter(main + answers + confirmations), None)


def _form(case: Case, allowed: AllowedAction, sent: Sent | None, refused: ActionRefused | None) -> ActionForm:
    action = allowed.action.value
    key = "-".join((action, allowed.step or "aduan", allowed.agency or "dinas"))
    errors = errors_at(allowed.action, refused) if sent and refused else {}
    typed = sent.form if sent else MultiDict({**_defaults(case, allowed), **typed_values(case.complaint.field_values)})
    return ActionForm(
        allowed=allowed,
        key=key,
        title=str(BUTTONS[action]),
        button=str(BUTTONS[action]),
        icon=ICON_OF[action],
        effect=effect_of(case, allowed),
        agency_name=case.short_name(allowed.agency) if allowed.agency else "",
        controls=tuple(_controls(case, allowed, key, typed, errors)),
        token=secrets.token_urlsafe(24),
        version=case.facts.version,
        question=QUESTIONS.get(action),
        typed=typed,
        draft=_draft_shown(case, allowed),
    )


def _defaults(case: Case, allowed: AllowedAction) -> dict[str, Any]:
    """Return a dict of field name to initial value for an action form that was not submitted; {} for most actions."""
    if allowed.action is Action.DIRECT and not allowed.again:
        suggested = case.complaint.category.default_agency_code if case.complaint.category else None
        chosen = {"agencies": [suggested], "lead": suggested} if suggested in case.agencies else {}
        return {"urgency": "normal", **chosen}
    if allowed.action is Action.REPLY:
        answer = _answer_of_lead(case)
        return {"channel": case.complaint.channel, **({"text": answer.body} if answer else {})}
    if allowed.action is Action.SUBMIT_DRAFT:
        # The agency's newest letter of this cycle, if its draft was sent back.
        mine = (x for x in case.letters if x.agency_code == allowed.agency and x.cycle == case.complaint.cycle)
        last: Letter | None = next(mine, None)
        if last is not None:
            return {"subject": last.subject, "body": last.body}
        with force_locale("id"):
            return {"subject": gettext("Tanggapan atas aduan %(number)s", number=case.complaint.number)}
    return {}


def _answer_of_lead(case: Case) -> Letter | None:
    """Return the lead agency's newest signed `Letter` of this cycle, which prefills the reply; None without one."""
    lead, cycle = case.facts.lead, case.complaint.cycle
    signed = (x for x in case.letters if x.state == "signed" and x.agency_code == lead and x.cycle == cycle)
    return next(signed, None)


def _asked(case: Case, allowed: AllowedAction) -> Mapping[str, Field]:
    """Return the parameters (`Field` by name) of an action that get a control in its form.

    Registering asks for a reason only if identity fields are missing, signing for a passphrase only if the agency signs
    electronically; both are then required.
    """
    fields = {name: f for name, f in fields_of(allowed.action, allowed.again).items() if name != "agency"}
    if allowed.action is Action.SIGN:
        return {name: replace(f, required=True) for name, f in fields.items()} if passphrase_hint(case, allowed) else {}
    if allowed.action is not Action.REGISTER:
        return fields
    own = {name: f for name, f in fields.items() if isinstance(f, Members)}
    return {**{n: replace(f, required=True) for n, f in fields.items() if n not in own}, **own} if case.lacking else own


def _controls(
    case: Case, allowed: AllowedAction, key: str, typed: MultiDict[str, str], errors: Mapping[str, str]
) -> Iterable[Control]:
    if allowed.action is Action.ATTACH:
        label = str(PARAMETERS["filename"])
        yield Control("file", f"{key}-file", "file", label, "", True, None, errors.get("file", ""))
        return
    if allowed.action is Action.ADD_AGENCY:
        # The active agencies that have no active track and no open step in this case.
        taken = {t.agency for t in case.facts.active_tracks} | {s.agency for s in case.facts.open_steps}
        free = [(code, agency.name) for code, agency in case.agencies.items() if agency.active and code not in taken]
        yield Control(
            name="agency",
            id=f"{key}-agency",
            kind="select",
            label=str(PARAMETERS["agency"]),
            hint="",
            required=False,
            value=typed.get("agency", ""),
            error=errors.get("agency", ""),
            choices=tuple(sorted(free, key=lambda a: a[1])),
        )
    for name, field in _asked(case, allowed).items():
        if isinstance(field, Members):
            yield from field_controls(fields_asked(case.complaint, allowed.action), key, typed, errors)
            continue
        control = _control(allowed.action.value, key, name, field, typed, errors.get(name, ""))
        if (allowed.action, name) == (Action.DISPOSE, "unit") and (units := units_of(allowed.agency)):
            control = replace(control, kind="select", choices=tuple(units.items()))
        yield replace(control, hint=_hint(case, allowed, control, field))


def _hint(case: Case, allowed: AllowedAction, control: Control, field: Field) -> str:
    """Return the hint under a control's label; the hint of a reply names the letter its text was copied from."""
    if field.secret:
        return passphrase_hint(case, allowed)
    answer = _answer_of_lead(case) if (allowed.action, control.name) == (Action.REPLY, "text") else None
    if answer:
        return str(REPLY_FROM_LETTER) % {"number": answer.number, "agency": case.short_name(answer.agency_code)}
    return control.hint % {"most": case.sop.most_more_days}


def shared_controls(action: Action, typed: MultiDict[str, str], errors: Mapping[str, str]) -> Iterable[Control]:
    """Yield each `Control` of a bulk action, filled in once for all selected cases.

    Registering has none: its reason for an incomplete identity belongs to a single case.
    """
    fields = {} if action is Action.REGISTER else fields_of(action)
    for name, field in fields.items():
        if isinstance(field, Members):
            continue
        yield _control(action.value, f"{action.value}-bersama", name, field, typed, errors.get(name, ""))


def _control(action: str, key: str, name: str, field: Field, typed: MultiDict[str, str], error: str) -> Control:
    listed = isinstance(field, Codes)
    return Control(
        name=name,
        id=f"{key}-{name}",
        kind=_kind(name, field),
        label=str(PARAMETERS_OF.get((action, name)) or PARAMETERS[name]),
        hint=str(HINTS.get(name, "")),
        required=field.required and not isinstance(field, Flag),
        value="" if field.secret else typed.getlist(name) if listed else typed.get(name, ""),
        error=error,
        choices=tuple(_choices(action, name, field)),
        longest=getattr(field, "longest", None),
        rows=REPLY_ROWS if action == "reply" and name == "text" else ROWS.get(name, 3),
    )


def _kind(name: str, field: Field) -> str:
    if name == DECISION:
        return "radios"
    if isinstance(field, Flag):
        return "tick"
    if isinstance(field, Codes):
        return "agencies"
    if isinstance(field, Choice):
        return "radios" if field.required and len(field.among) <= MOST_RADIOS else "select"
    if isinstance(field, Number):
        return "score" if field.most <= MOST_RADIOS else "input"
    return "secret" if field.secret else "area" if name in LONG_TEXTS else "input"


def _choices(action: str, name: str, field: Field) -> Iterable[tuple[str, str]]:
    if name == DECISION:
        return [(value, str(label)) for value, label in RELEASE_DECISIONS.items()]
    if isinstance(field, Choice):
        labels = choices_of(action, name)
        return [(value, str(labels[value])) for value in field.among]
    if isinstance(field, Number) and field.most <= MOST_RADIOS:
        return [(str(n), str(n)) for n in range(field.least, field.most + 1)]
    return ()


def typed_texts(sent: Sent) -> list[str]:
    """Return a list of the texts typed into a form whose action is no longer allowed, so that the officer can copy
    them.
    """
    texts = [n for n, f in fields_of(sent.action, sent.again).items() if isinstance(f, Text) and not f.secret]
    own = [name for name in sent.form if name.startswith(PREFIX)]
    return [sent.form[name] for name in (*texts, *own) if name != "agency" and sent.form.get(name, "").strip()]


def _draft_shown(case: Case, allowed: AllowedAction) -> str:
    """Return the digest of the agency's draft letter of this cycle when the action is sign; else "".

    The form sends it back, so that exactly the text that was read is signed.
    """
    if allowed.action is not Action.SIGN:
        return ""
    mine = (x for x in case.letters if x.agency_code == allowed.agency and x.state == "draft")
    return next((draft_hash(x) for x in mine if x.cycle == case.complaint.cycle), "")


def passphrase_hint(case: Case, allowed: AllowedAction) -> str:
    """Return the hint that names the passphrase of the agency's signing method; "" if it signs with ink."""
    agency = case.agencies.get(allowed.agency or "")
    return str(PASSPHRASE_HINTS.get(agency.signing_method, "")) if agency else ""
