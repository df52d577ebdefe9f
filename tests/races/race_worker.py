"""One officer in a process of its own, pressing at the moment the barrier opens; run by test_races."""

import sys
from multiprocessing.synchronize import Barrier
from typing import Any

from tests.conftest import build_app
from tests.factories import demo_person

Attempt = dict[str, Any]


def press(settings: dict[str, str], attempts: list[Attempt], barrier: Barrier, results: Any) -> None:
    """Do each attempt when all processes are ready, and report how it ended."""
    app = build_app(settings["database"], settings["redis"], settings["home"])
    with app.app_context():
        from app.cases.perform_action import perform_action
        from app.core.extensions import db
        from workflow_rules.process.actions import Action, ActionRequest
        from workflow_rules.process.refusals import ActionRefused

        people = {a["username"]: demo_person(a["username"]) for a in attempts}
        db.session.remove()
        for number, attempt in enumerate(attempts):
            request = ActionRequest(Action(attempt["action"]), attempt.get("agency"), attempt.get("params", {}))
            barrier.wait(timeout=120)
            try:
                perform_action(attempt["id"], request, people[attempt["username"]], attempt["version"])
                outcome = "done"
            except ActionRefused as refused:
                outcome = refused.reason.value
            except Exception as fault:  # told to the test: ended by it, this process would leave the others waiting
                outcome = type(fault).__name__
            db.session.remove()
            results.put((number, outcome))
    sys.stdout.flush()
