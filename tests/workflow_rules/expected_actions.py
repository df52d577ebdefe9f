"""What each officer may do at each place, by hand from the SOP and design section 4, never from the code.

Every place lists who may do what there; `officer@agency` acts for that agency's track, `action@agency` is an office's
act upon an agency's track.  Whatever is not listed is refused, for the first reason of `expected()` that fits.
"""

from dataclasses import dataclass

OFFICE = ("complaint_admin", "section_head", "division_head", "office_head")
AGENCY = ("agency_admin", "agency_secretary", "agency_head")
HERE, THERE, ELSEWHERE = "dishub", "dinkes", "dplh"
"""The agency whose step it is, another one on the case, and one that the case was never sent to."""

PEOPLE = (
    *OFFICE,
    *(f"{role}@{agency}" for agency in (HERE, THERE, ELSEWHERE) for role in AGENCY),
    "supervisor",
    "reporter",
    "nobody",
    "clock",
)
NEW = "dpuprperkim"
"""The agency that an act adds to the case when it is asked without naming one."""
NAMED = (None, HERE, THERE, ELSEWHERE)
"""The agency that a request names; an officer of an agency who names none means their own."""

EVERYBODY = " ".join((*OFFICE, *AGENCY, "reporter"))

EVER = {
    # SOP steps 1 to 4
    "register": "complaint_admin",
    "request_information": "complaint_admin agency_secretary",
    "add_information": "reporter complaint_admin",
    "archive": "complaint_admin section_head division_head office_head",
    "merge": "complaint_admin section_head division_head office_head",
    "approve_check": "section_head",
    "report": "division_head",
    "approve": "",  # only of a review that an office adds
    "direct": "office_head",
    "relay": "complaint_admin",
    "send_back": "section_head division_head office_head agency_head complaint_admin",
    # SOP steps 5 to 9
    "accept": "agency_admin",
    "decline": "agency_admin agency_head",
    "dispose": "agency_head",
    "mark_field_visit": "agency_head",
    "submit_draft": "agency_secretary",
    "initial": "agency_admin agency_secretary",
    "sign": "agency_head",
    "send": "agency_admin",
    "continue_without": "office_head",
    "return_letter": "agency_admin",
    "ask_release": "agency_head",
    # the Kepala Dinas on an agency's part, while it is at work
    "add_agency": "office_head",
    "drop_agency": "office_head",
    "recall": "office_head",
    "extend": "office_head",
    "release": "office_head",
    # SOP steps 10 and 11, and after the answer
    "dispose_answer": "office_head",
    "reply": "complaint_admin",
    "rate": "reporter complaint_admin",
    "reopen": "reporter complaint_admin",
    "close": "complaint_admin clock",
    # at any time; the Admin withdraws for a reporter who came to the counter
    "note": EVERYBODY,
    "attach": EVERYBODY,
    "withdraw": "reporter complaint_admin",
    "correct": "complaint_admin section_head",
    "confirm_anonymity": "complaint_admin",
}
"""Who could ever do the action, wherever the case stands (design section 3, column actor)."""

WHILE_WAITING = ("note", "attach", "add_information", "withdraw")

Act = tuple[str, str, str | None]


@dataclass(frozen=True)
class Place:
    """One state of a case: whom it was sent to, who may do what, whose track waits and what the waiting holds up, and
    what waits for the Admin to confirm that the words reveal nobody.
    """

    allowed: frozenset[Act]
    sent_to: tuple[str, ...] = ()
    waiting: tuple[str | None, ...] = ()
    held_up: frozenset[Act] = frozenset()
    unconfirmed: frozenset[Act] = frozenset()
    ended: bool = False


def acts(text: str) -> frozenset[Act]:
    """Read lines of `person: action action`."""
    found: set[Act] = set()
    for line in filter(None, (part.strip() for part in text.splitlines())):
        person, _, actions = line.partition(": ")
        home = person.partition("@")[2] or None
        for action in actions.split():
            verb, _, agency = action.partition("@")
            found.add((person, verb, agency or home))
    return frozenset(found)


REMARKS = acts(
    """
    complaint_admin: note attach
    section_head: note attach
    division_head: note attach
    office_head: note attach
    reporter: note attach
    """
)
WITHDRAWAL = acts(
    """
    complaint_admin: withdraw
    reporter: withdraw
    """
)


CORRECTION = acts("complaint_admin: correct")
OF_OFFICE_HEAD = ("drop_agency", "recall", "extend", "release")


def remarks_of(*agencies: str) -> frozenset[Act]:
    return acts("\n".join(f"{role}@{agency}: note attach" for agency in agencies for role in AGENCY))


def office(text: str, waiting: bool = False, held_up: str = "", unconfirmed: str = "") -> Place:
    """Before any agency has the case."""
    waits: tuple[str | None, ...] = (None,) if waiting else ()
    general = REMARKS | WITHDRAWAL | (frozenset() if waiting else CORRECTION)
    return Place(acts(text) | general, (), waits, acts(held_up), acts(unconfirmed))


def agencies(
    text: str,
    on_case: tuple[str, ...] = (HERE, THERE),
    sent_to: tuple[str, ...] = (HERE, THERE),
    waiting: tuple[str | None, ...] = (),
    held_up: str = "",
    withdrawal: bool = True,
    correction: bool = True,
) -> Place:
    """While the case is, or has been, at the agencies; those that left it no longer see it."""
    general = REMARKS | remarks_of(*on_case) | (WITHDRAWAL if withdrawal else frozenset())
    general |= CORRECTION if correction else frozenset()
    return Place(acts(text) | general, sent_to, waiting, acts(held_up))


OTHER_RECEIVES = """
agency_admin@dinkes: accept decline
office_head: recall@dinkes extend@dinkes drop_agency@dinkes add_agency
"""
"""The other agency, one of two, has not gone further than step 5; the Kepala Dinas may still change who works."""

ALONE_RECEIVES = """
agency_admin@dinkes: accept decline
office_head: recall@dinkes extend@dinkes add_agency
"""
"""The only agency left on the case has not gone further than step 5."""

HEAD_ACTS = "office_head: drop_agency@dishub extend@dishub"
"""What the Kepala Dinas may do with an agency that is at work beside another one."""

EXPECTED: dict[str, Place] = {
    "register": office("complaint_admin: register request_information archive merge"),
    "check": office("section_head: approve_check archive merge send_back correct"),
    "report": office("division_head: report send_back archive merge"),
    "direct": office("office_head: direct send_back archive merge"),
    "relay": office("complaint_admin: relay"),
    "agency_receive": agencies(
        f"agency_admin@dishub: accept decline\noffice_head: recall@dishub\n{HEAD_ACTS}\n{OTHER_RECEIVES}"
    ),
    "agency_dispose": agencies(f"agency_head@dishub: dispose decline mark_field_visit\n{HEAD_ACTS}\n{OTHER_RECEIVES}"),
    "draft_answer": agencies(
        f"""
        agency_secretary@dishub: submit_draft request_information
        agency_head@dishub: mark_field_visit ask_release
        {HEAD_ACTS}
        {OTHER_RECEIVES}
        """
    ),
    "sign_answer": agencies(f"agency_head@dishub: sign send_back ask_release\n{HEAD_ACTS}\n{OTHER_RECEIVES}"),
    "send_answer": agencies(f"agency_admin@dishub: send return_letter\n{HEAD_ACTS}\n{OTHER_RECEIVES}"),
    "dispose_answer": agencies("office_head: dispose_answer send_back@dishub send_back@dinkes"),
    "reply": agencies("complaint_admin: reply send_back", correction=False),
    # a question: the whole case waits at step 1, only the track at step 7
    "waiting at register": office(
        """
        complaint_admin: add_information
        reporter: add_information
        """,
        waiting=True,
        held_up="complaint_admin: register request_information archive merge correct",
    ),
    "one draft waits": agencies(
        """
        complaint_admin: add_information@dishub
        reporter: add_information@dishub
        agency_secretary@dinkes: submit_draft request_information
        agency_head@dinkes: mark_field_visit ask_release
        office_head: drop_agency@dinkes extend@dinkes add_agency
        """,
        waiting=(HERE,),
        held_up="""
        agency_secretary@dishub: submit_draft request_information
        agency_head@dishub: mark_field_visit ask_release
        office_head: drop_agency@dishub extend@dishub
        """,
    ),
    "the only draft waits": agencies(
        """
        complaint_admin: add_information@dishub
        reporter: add_information@dishub
        office_head: add_agency
        """,
        on_case=(HERE,),
        sent_to=(HERE,),
        waiting=(HERE,),
        held_up="""
        agency_secretary@dishub: submit_draft request_information
        agency_head@dishub: mark_field_visit ask_release
        office_head: extend@dishub
        """,
    ),
    "both drafts wait": agencies(
        """
        complaint_admin: add_information@dishub add_information@dinkes
        reporter: add_information@dishub add_information@dinkes
        office_head: add_agency
        """,
        waiting=(HERE, THERE),
        held_up="""
        agency_secretary@dishub: submit_draft request_information
        agency_head@dishub: mark_field_visit ask_release
        agency_secretary@dinkes: submit_draft request_information
        agency_head@dinkes: mark_field_visit ask_release
        office_head: drop_agency@dishub extend@dishub drop_agency@dinkes extend@dinkes
        """,
    ),
    "field visit marked": agencies(
        f"""
        agency_secretary@dishub: submit_draft request_information
        agency_head@dishub: ask_release
        {HEAD_ACTS}
        {OTHER_RECEIVES}
        """
    ),
    # the agency declined: step 4 again, for it alone
    "direct again": agencies(
        f"office_head: direct@dishub continue_without@dishub\n{ALONE_RECEIVES}", on_case=(THERE,), sent_to=(THERE,)
    ),
    "direct again, nobody left": agencies(
        "office_head: direct@dishub archive@dishub merge@dishub", on_case=(), sent_to=()
    ),
    # another agency is directed in its place, and waits for the relay
    "relay again": agencies(f"complaint_admin: relay@dishub\n{OTHER_RECEIVES}", on_case=(THERE,), sent_to=(THERE,)),
    # the Kepala Dinas changes who works on the case
    "recalled": agencies(
        f"office_head: direct@dishub continue_without@dishub\n{ALONE_RECEIVES}", on_case=(THERE,), sent_to=(THERE,)
    ),
    "the only one recalled": agencies("office_head: direct@dishub archive@dishub merge@dishub", on_case=(), sent_to=()),
    "dropped": agencies(ALONE_RECEIVES, on_case=(THERE,), sent_to=(THERE,)),
    "added": agencies(
        f"""
        agency_secretary@dishub: submit_draft request_information
        agency_head@dishub: mark_field_visit ask_release
        {HEAD_ACTS}
        {OTHER_RECEIVES}
        """
    ),
    "extended": agencies(
        f"""
        agency_secretary@dishub: submit_draft request_information
        agency_head@dishub: mark_field_visit ask_release
        office_head: drop_agency@dishub
        {OTHER_RECEIVES}
        """
    ),
    "letter returned": agencies(
        f"""
        agency_secretary@dishub: submit_draft request_information
        agency_head@dishub: mark_field_visit ask_release
        {HEAD_ACTS}
        {OTHER_RECEIVES}
        """
    ),
    "release asked": agencies(
        f"""
        agency_secretary@dishub: submit_draft request_information
        agency_head@dishub: mark_field_visit
        office_head: release@dishub
        {HEAD_ACTS}
        {OTHER_RECEIVES}
        """
    ),
    "released": agencies(
        f"office_head: direct@dishub continue_without@dishub\n{ALONE_RECEIVES}", on_case=(THERE,), sent_to=(THERE,)
    ),
    # a secret report waits until its words are known to reveal nobody
    "secret at direct": office(
        """
        office_head: send_back archive merge
        complaint_admin: confirm_anonymity
        """,
        unconfirmed="office_head: direct",
    ),
    "secret at relay": office("complaint_admin: confirm_anonymity", unconfirmed="complaint_admin: relay"),
    "answered": agencies(
        """
        complaint_admin: rate reopen close
        reporter: rate reopen
        clock: close
        """,
        withdrawal=False,
        correction=False,
    ),
    "answered and rated": agencies(
        """
        complaint_admin: reopen close
        reporter: reopen
        clock: close
        """,
        withdrawal=False,
        correction=False,
    ),
    "second cycle": agencies("section_head: approve_check archive merge send_back correct", on_case=()),
    "closed": Place(frozenset(), (HERE, THERE), ended=True),
    "archived": Place(frozenset(), ended=True),
    "merged": Place(frozenset(), ended=True),
    "withdrawn": Place(frozenset(), (HERE, THERE), ended=True),
}


def expected(place: Place, person: str, action: str, named: str | None) -> str:
    """`allowed`, or the reason why not: the first that fits, in the order agreed for the public contract."""
    role, _, home = person.partition("@")
    if role == "nobody" or (home and home not in place.sent_to):
        return "not_visible"
    if place.ended:
        return "case_ended"
    if role not in EVER[action].split():
        return "not_your_step"
    if home and named is not None and named != home:
        return "wrong_agency"
    if (home or None) in place.waiting and action not in WHILE_WAITING:
        return "paused"
    if action == "add_agency" and (person, action, None) in place.allowed:
        sought = {agency for _, verb, agency in place.allowed if verb in ("continue_without", "relay")}
        return "missing_input" if named is not None and named in sought.union(place.sent_to) else "allowed"
    meant = _meant(place, action, home, named)
    if any((person, action, agency) in place.allowed for agency in meant):
        return "allowed"
    if any((person, action, agency) in place.unconfirmed for agency in meant):
        return "anonymity_unconfirmed"
    if action in OF_OFFICE_HEAD and any((person, action, agency) in place.held_up for agency in meant):
        return "paused"
    possible = place.allowed | place.held_up | place.unconfirmed
    if any(verb == action and agency in meant for _, verb, agency in possible):
        return "not_your_step"
    if named is None and any(who == person and verb == action for who, verb, _ in place.allowed):
        return "missing_input"
    return "out_of_order"


def _meant(place: Place, action: str, home: str, named: str | None) -> set[str | None]:
    """The tracks a request means: the named one, else the case and one's own; the only question needs no name."""
    if action in ("continue_without", *OF_OFFICE_HEAD):
        return {named or HERE}  # its parameter names the agency
    if named is not None:
        return {named}
    asked = {agency for _, verb, agency in place.allowed if verb == action == "add_information"}
    return {None, home or None} | (asked if len(asked) == 1 else set())
