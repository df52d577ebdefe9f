"""A worker in a process of its own that sweeps at the instants it is told, until it is killed."""

from multiprocessing.connection import Connection

from tests.conftest import build_app


def sweep_when_told(settings: dict[str, str], ticks: Connection) -> None:
    """Take an instant, sweep alarms and timed acts at it until nothing is due, say so; None ends it."""
    app = build_app(settings["database"], settings["redis"], settings["home"])
    with app.app_context():
        from app.cases.raise_alarms import raise_due_alarms
        from app.cases.timed_actions import close_silent_cases
        from app.core.extensions import db

        ticks.send("ready")
        while (now := ticks.recv()) is not None:
            while raise_due_alarms(now, batch=3) or close_silent_cases(now, batch=3):
                pass
            db.session.remove()
            ticks.send("done")
