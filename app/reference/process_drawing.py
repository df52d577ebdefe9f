"""The drawing of a process: a lane for each role, the steps from top to bottom, and the ways between them."""

from collections.abc import Mapping
from itertools import pairwise

from flask_babel import gettext
from markupsafe import Markup

from app.access.process_rows import in_columns
from workflow_rules.process.sop import Sop, SopStep
from workflow_rules.process.steps import StepKind

LANE, ROW, HEAD, END, NAMES, GUTTER = 92, 58, 62, 36, 190, 44
WIDE, HIGH = 46, 24
"""Half the width, and the height, of the shape of a step."""
_LINE = Markup('fill="none" stroke="currentColor"')
_FRAME = Markup(
    '<svg class="alur" role="img" viewBox="0 0 {0} {1}" width="{0}" height="{1}" aria-label="{2}">{3}</svg>'
)
_TEXT = Markup('<text font-size="12" fill="currentColor" text-anchor="{}">{}</text>')
_LETTERS_IN_LINE = 13


def drawing(sop: Sop, step_names: Mapping[str, str], actor_names: Mapping[str, str]) -> Markup:
    """Return the drawing as SVG. The start is rounded, the end a ring, decisions are diamonds; a dashed line returns a
    case, the thick one is the fast track.
    """
    lanes = [actor.code for actor in in_columns(sop.actors, {row.actor for row in sop.steps})]
    places = {row.step: _Place(lanes.index(row.actor), n) for n, row in enumerate(sop.steps)}
    width = NAMES + GUTTER + LANE * len(lanes) + 8
    height = HEAD + ROW * len(sop.steps) + END
    parts = [
        *(_lane(n, actor_names[code], height) for n, code in enumerate(lanes)),
        *(_name(row, places[row.step], step_names[row.step]) for row in sop.steps),
        *(_forward(places[one.step], places[two.step]) for one, two in pairwise(sop.steps)),
        *(_back(places[r.step], places[r.back_to], n) for n, r in enumerate(sop.steps) if r.back_to),
        *(_fast(places[step], places[_receiving(sop)]) for step in sorted(sop.fast_track.from_steps)),
        _end(places[sop.steps[-1].step]),
        *(_shape(row, places[row.step], row is sop.steps[0]) for row in sop.steps),
    ]
    title = gettext("Alur proses versi %(number)s", number=sop.version)
    return _FRAME.format(width, height, title, Markup("").join(parts))


class _Place:
    """Where the shape of a step is: the middle of its lane and row."""

    def __init__(self, lane: int, row: int) -> None:
        self.x = NAMES + GUTTER + LANE * lane + LANE // 2
        self.y = HEAD + ROW * row + ROW // 2


def _receiving(sop: Sop) -> str:
    return sop.of_kind(StepKind.AGENCY_RECEIVE).step


def _lane(n: int, name: str, height: int) -> Markup:
    left = NAMES + GUTTER + LANE * n
    edge = Markup('<path d="M{} 0V{}" {} stroke-opacity="0.25"/>').format(left, height, _LINE)
    return edge + _text(left + LANE // 2, 16, name, "middle")


def _name(row: SopStep, place: _Place, name: str) -> Markup:
    edge = Markup('<path d="M0 {0}H{1}" {2} stroke-opacity="0.15"/>')
    top = edge.format(place.y - ROW // 2, NAMES + GUTTER, _LINE)
    return top + _text(4, place.y - 6, f"{row.number}. {name}", "start", 2 * _LETTERS_IN_LINE)


def _text(x: int, y: int, words: str, anchor: str, most: int = _LETTERS_IN_LINE) -> Markup:
    """Return a text of up to three lines of about `most` letters."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + len(word) >= most and len(lines) < 3:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    spans = (Markup('<tspan x="{}" y="{}">{}</tspan>').format(x, y + 14 * n, line) for n, line in enumerate(lines))
    return _TEXT.format(anchor, Markup("").join(spans))


def _shape(row: SopStep, place: _Place, starts: bool) -> Markup:
    left, top = place.x - WIDE // 2, place.y - HIGH // 2
    fill = Markup('fill="var(--surface, #fff)" stroke="currentColor" stroke-width="1.5"')
    if row.back_to:
        points = f"{left - 8},{place.y} {place.x},{top - 6} {left + WIDE + 8},{place.y} {place.x},{top + HIGH + 6}"
        shape = Markup('<polygon points="{}" {}/>').format(points, fill)
    else:
        frame = Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="{}" {}/>')
        shape = frame.format(left, top, WIDE, HIGH, HIGH // 2 if starts else 2, fill)
    return shape + _text(place.x, place.y + 4, str(row.number), "middle")


def _end(last: _Place) -> Markup:
    """Return the end of the process: a filled circle in a ring below the last step."""
    y = last.y + ROW // 2 + END // 2
    ring = Markup('<circle cx="{0}" cy="{1}" r="9" {2}/><circle cx="{0}" cy="{1}" r="5" fill="currentColor"/>')
    way = f"M{last.x} {last.y}V{y - 9}"
    return _way(way, Markup('stroke-width="1.5"')) + _tip(last.x, y - 9) + ring.format(last.x, y, _LINE)


def _way(path: str, style: Markup) -> Markup:
    return Markup('<path d="{}" {} {}/>').format(path, _LINE, style)


def _tip(x: int, y: int, right: bool = False) -> Markup:
    points = f"{x},{y} {x - 7},{y - 4} {x - 7},{y + 4}" if right else f"{x},{y} {x - 4},{y - 7} {x + 4},{y - 7}"
    return Markup('<polygon points="{}" fill="currentColor"/>').format(points)


def _forward(one: _Place, two: _Place) -> Markup:
    between, top = (one.y + two.y) // 2, two.y - HIGH // 2 - 6
    path = f"M{one.x} {one.y}V{between}H{two.x}V{top}"
    return _way(path, Markup('stroke-width="1.5"')) + _tip(two.x, top)


def _back(one: _Place, two: _Place, n: int) -> Markup:
    """Return the line by which a step returns a case, along the left of the lanes, each at its own distance."""
    way, left = NAMES + 6 + (n * 7) % (GUTTER - 12), two.x - WIDE // 2 - 8
    path = f"M{one.x} {one.y + 5}H{way}V{two.y + 5}H{left}"
    return _way(path, Markup('stroke-dasharray="4 3" stroke-opacity="0.7"')) + _tip(left, two.y + 5, True)


def _fast(one: _Place, two: _Place) -> Markup:
    side = two.x - 14 if two.x >= one.x else two.x + 14
    top = two.y - HIGH // 2 - 6
    path = f"M{one.x} {one.y - 4}H{side}V{top}"
    return _way(path, Markup('stroke-width="4"')) + _tip(side, top)
