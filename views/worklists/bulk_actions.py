"""Bulk actions on cases ticked in the inbox: a preview page, then one result for each case."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict

from app.access.current_person import current_person, source_address
from app.access.process_rows import ACTORS, STEPS, known_steps, process_parts
from app.access.roles import permissions_on
from app.cases.bulk_actions import ChosenCase, Outcome, perform_together
from app.choices.lists import fields_of
from app.models import StepTask
from app.reference.sop import load_sop
from app.vocabulary.refusals import refusal_sentence
from app.worklists.inbox import my_steps_among, numbers_of
from views.shared.action_forms import Control, params_of, shared_controls
from views.shared.form_errors import errors_at
from views.shared.form_once import Landing, digest_of_form, once
from views.shared.list_labels import TOGETHER, VERBS
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Person
from workflow_rules.process.parameters import check_fields
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.steps import StepKind

MOST = 100
ONE_BY_ONE = frozenset({StepKind.DIRECT, StepKind.DRAFT_ANSWER, StepKind.SIGN_ANSWER, StepKind.REPLY})
"""Steps without bulk action, since their input differs from case to case."""


@dataclass(frozen=True)
class BulkGroup:
    """A value object: ticked cases of one step with their bulk form; `controls` is () where none is possible."""

    step: str
    tasks: tuple[StepTask, ...]
    controls: tuple[Control, ...]
    token: str

    @property
    def possible(self) -> bool:
        return self.step not in ONE_BY_ONE

    @property
    def button(self) -> str:
        return ngettext("%(verb)s %(num)d aduan", "%(verb)s %(num)d aduan", len(self.tasks), verb=_verb(self.step))

    @property
    def effect(self) -> str:
        """What happens to the cases, or "" where no bulk action is possible. The step that follows is named if it is
        the same under the SOP version of every case.
        """
        if not self.possible:
            return ""
        following = {load_sop(task.complaint.sop_version).after(self.step) for task in self.tasks}
        if len({(row.number, row.actor) for row in following}) > 1:
            return gettext("Setiap aduan maju ke langkah berikutnya menurut versi SOP-nya.")
        row = following.pop()
        return str(TOGETHER[process_parts().acts[self.step]]) % {"number": row.number, "actor": ACTORS[row.actor]}


class TogetherView(BaseView):
    """Screens under `/bersama/` that perform one action on several cases."""

    route_base = "/bersama"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/", methods=["POST"])
    @has_access
    @permission_name("act")
    def look(self) -> Any:
        """Show the page of the steps ticked in the inbox (`pilih`, step ids), grouped by step, with a bulk form for
        each group.

        Redirects to the inbox if none of them still waits for this officer.
        """
        tasks = my_steps_among(current_person(), _numbers(request.form.getlist("pilih")))
        if not tasks:
            flash(
                gettext("Centang dulu aduan yang ingin dikerjakan. Yang sudah berpindah langkah dilewati."), "warning"
            )
            return redirect(url_for("InboxView.index"), 303)
        ordered = sorted(tasks, key=lambda task: known_steps().index(task.step))
        by_step = groupby(ordered, key=lambda task: task.step)
        return _page([_group(step, list(chosen)) for step, chosen in by_step])

    @expose("/kerjakan", methods=["POST"])
    @has_access
    @permission_name("act")
    def do(self) -> Any:
        """Perform the action of one step on every ticked case and redirect to the inbox with the results.

        `kasus` holds "step id:case version" pairs. Input errors show the page again with status 422; a malformed form
        aborts with 400.
        """
        by = current_person()
        step = request.form.get("langkah", "")
        seen, token = _seen(request.form.getlist("kasus")), request.form.get("token", "")
        together = step in known_steps() and step not in ONE_BY_ONE
        if not together or not seen or not 16 <= len(token) <= 64 or "\x00" in token:
            abort(400)
        action = process_parts().acts[step]
        params = params_of(fields_of(action), request.form)
        _, errors = check_fields(fields_of(action), params)
        if errors:
            refused = ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
            waiting = list(my_steps_among(by, seen))
            group = _group(step, waiting, request.form, errors_at(action, refused))
            return Response(_page([group]), status=422)
        landing = once(by, token, digest_of_form(), lambda: _carry_out(step, action, params, seen, by))
        for category, sentence in landing.messages():
            flash(sentence, category)
        return redirect(landing.location, 303)


def _verb(step: str) -> str:
    return str(VERBS[process_parts().acts[step]])


def _page(groups: list[BulkGroup]) -> str:
    return render_template(
        "worklists/bulk_actions.html",
        title=gettext("Kerjakan bersama"),
        groups=groups,
        steps=STEPS,
        verb_of=_verb,
    )


def _group(
    step: str, tasks: list[StepTask], typed: MultiDict[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> BulkGroup:
    action = process_parts().acts[step]
    controls = () if step in ONE_BY_ONE else tuple(shared_controls(action, typed or MultiDict(), errors or {}))
    return BulkGroup(step, tuple(tasks), controls, secrets.token_urlsafe(24))


def _carry_out(step: str, action: Action, params: Mapping[str, Any], seen: Mapping[int, int], by: Person) -> Landing:
    tasks = [task for task in my_steps_among(by, seen) if task.step == step]
    chosen = [ChosenCase(task.complaint_id, task.agency_code, seen[task.id]) for task in tasks]
    outcomes = perform_together(chosen, action, params, by, address=source_address())
    done = sum(outcome.refused is None for outcome in outcomes)
    skipped = list(_reasons(outcomes))
    if gone := len(seen) - len(tasks):
        skipped.append(
            ngettext(
                "%(num)d aduan dilewati: langkahnya sudah dikerjakan orang lain.",
                "%(num)d aduan dilewati: langkahnya sudah dikerjakan orang lain.",
                gone,
            )
        )
    notice = ngettext(
        "%(verb)s: %(num)d aduan berhasil.", "%(verb)s: %(num)d aduan berhasil.", done, verb=VERBS[action]
    )
    return Landing(url_for("InboxView.index"), notice if done else "", tuple(skipped))


def _reasons(outcomes: Iterable[Outcome]) -> Iterable[str]:
    """Yield a sentence (text) for each refused case of a bulk action that the officer may still see."""
    refused = {outcome.complaint_id: outcome.refused for outcome in outcomes if outcome.refused}
    numbers = numbers_of(refused)
    for complaint_id, refusal in refused.items():
        if complaint_id in numbers:
            reason = refusal_sentence(refusal)
            yield gettext("%(number)s dilewati: %(reason)s", number=numbers[complaint_id], reason=reason)


def _numbers(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in list(texts)[:MOST] if text.isascii() and text.isdigit() and len(text) < 18]


def _seen(pairs: list[str]) -> dict[int, int]:
    """Return a dict of step id to the case version that the officer saw, without malformed pairs."""
    parts = [pair.split(":") for pair in pairs[:MOST]]
    found = [_numbers(pair) for pair in parts if len(pair) == 2]
    return {pair[0]: pair[1] for pair in found if len(pair) == 2}
