"""The roles and steps of the process as the office maintains them, with their names."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask_babel import get_locale
from sqlalchemy import select

from app.core.definitions import per_version
from app.core.extensions import db
from app.models import ActorRow, ProcessStep
from app.vocabulary.words import STANDINGS
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Actor, Organisation


@dataclass(frozen=True, eq=False)
class ProcessParts:
    """What every version of the SOP refers to: the roles in their order, the action of each step by its id, and names
    (Indonesian, English) by code. The ids stand in the order of the process.
    """

    actors: tuple[Actor, ...]
    acts: Mapping[str, Action]
    actor_names: Mapping[str, tuple[str, str]]
    step_names: Mapping[str, tuple[str, str]]


@per_version
def process_parts() -> ProcessParts:
    """Return the roles and steps as they are now; the same object until a definition changes."""
    actors = db.session.scalars(select(ActorRow).order_by(ActorRow.order, ActorRow.code)).all()
    steps = db.session.scalars(select(ProcessStep).order_by(ProcessStep.order, ProcessStep.code)).all()
    return ProcessParts(
        tuple(Actor(row.code, Organisation(row.organisation), row.superior) for row in actors),
        {row.code: Action(row.act) for row in steps},
        {row.code: (row.label_id, row.label_en) for row in actors},
        {row.code: (row.label_id, row.label_en) for row in steps},
    )


def process_actors() -> tuple[Actor, ...]:
    """Return the roles of the process with their superiors, in their order."""
    return process_parts().actors


def actors_of(organisation: Organisation) -> frozenset[str]:
    """Return the codes of the roles of the office, or of those that each agency has."""
    return frozenset(actor.code for actor in process_actors() if actor.organisation is organisation)


def agency_actors() -> frozenset[str]:
    return actors_of(Organisation.AGENCY)


def in_columns(actors: Iterable[Actor], codes: Collection[str]) -> list[Actor]:
    """Return those of the roles that have these codes, in the order of columns: the office's before the agencies'."""
    chosen = (actor for actor in actors if actor.code in codes)
    return sorted(chosen, key=lambda actor: actor.organisation is Organisation.AGENCY)


def head_actor() -> str:
    """Return the code of the role at the top of the office. Raises StopIteration when every role has a superior."""
    office = (actor for actor in process_actors() if actor.organisation is Organisation.OFFICE)
    return next(actor.code for actor in office if actor.superior is None)


def known_steps() -> tuple[str, ...]:
    """Return the ids of all steps that some version has or had, in the order of the process."""
    return tuple(process_parts().acts)


class RowNames(Mapping[str, str]):
    """A read-only mapping from codes to names in the current locale, in order. It reads the rows at each use, so one
    object may be shared by all requests.
    """

    def __init__(self, names: Callable[[], Mapping[str, tuple[str, str]]], fixed: Mapping[str, object]) -> None:
        self._names, self._fixed = names, fixed

    def __getitem__(self, code: str) -> str:
        """Return the name of a code. Raises KeyError for an unknown one."""
        if code in self._fixed:
            return str(self._fixed[code])
        indonesian, english = self._names()[code]
        return english if english and str(get_locale() or "id") == "en" else indonesian

    def __iter__(self) -> Iterator[str]:
        yield from self._names()
        yield from self._fixed

    def __len__(self) -> int:
        return len(self._names()) + len(self._fixed)


def actor_names(codes: Callable[[], Collection[str]]) -> RowNames:
    """Return the names of those roles, in their order, whose codes the function returns at each use."""
    return RowNames(lambda: {c: both for c, both in process_parts().actor_names.items() if c in codes()}, {})


ACTORS = RowNames(lambda: process_parts().actor_names, STANDINGS)
"""Names of the roles of the process, and of the other standings of whoever acts or signs in."""
STEPS = RowNames(lambda: process_parts().step_names, {})
