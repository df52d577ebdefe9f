"""The JSON settings file of the peer (docs/integration.md)."""

import json
from pathlib import Path
from typing import Any

LARGEST_FILE = 200_000
SECTIONS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "base_url": (str,),
    "auth": (dict,),
    "timeout_seconds": (int, float),
    "largest_answer": (int,),
    "poll": (dict,),
    "one": (dict,),
    "list": (dict,),
    "push": (dict,),
    "fields": (dict,),
    "values": (dict,),
}
AUTH_PARTS = {
    "none": frozenset(),
    "bearer": frozenset({"token"}),
    "header": frozenset({"name", "value"}),
    "basic": frozenset({"user", "password"}),
}
NEEDED_FIELDS = frozenset({"tracking_id", "revision", "title", "body"})
PUSHED = frozenset({"key", "tracking_id", "number", "kind", "status", "version", "revision", "at"})
"""Fields of a change that the peer's response can echo (docs/integration.md)."""

NO_ECHO = (
    "'push.echo' is missing: any JSON object that the peer answers counts as an acknowledgement. Say where the key of a"
    " change stands in its answer."
)


def read_peer(path: str) -> dict[str, Any]:
    """Return the peer's settings, a dict, from a JSON file. Raises ValueError with one sentence for each fault in its
    `args`, also for a file that cannot be read.
    """
    try:
        text = Path(path).expanduser().read_text("utf-8")
        given: Any = json.loads(text) if len(text) <= LARGEST_FILE else None
    except (OSError, ValueError) as problem:
        raise ValueError(f"SP4N_PEER: {path} cannot be read as JSON ({problem}).") from problem
    if faults := faults_of(given):
        raise ValueError(*(f"SP4N_PEER: {fault}" for fault in faults))
    return dict(given)


def faults_of(given: Any) -> list[str]:
    """Return a list of every error in the parsed settings of a peer, one sentence each; [] when they are valid."""
    if not isinstance(given, dict):
        return ["the file does not hold one JSON object."]
    found = [f"{name!r} is not a setting." for name in given if name not in SECTIONS]
    there = {name: types for name, types in SECTIONS.items() if name in given}
    wrong = [n for n, types in there.items() if isinstance(given[n], bool) or not isinstance(given[n], types)]
    found += [f"{name!r} has the wrong type." for name in wrong]
    if found:
        return found
    if not given.get("base_url", "").startswith(("https://", "http://")):
        found.append("'base_url' does not begin with https:// or http://.")
    return found + _faults_of_auth(given.get("auth", {})) + _faults_of_parts(given)


def warnings_of(given: dict[str, Any] | None) -> list[str]:
    """Return a list of warnings about valid settings of a peer, one sentence each; [] when there is no peer."""
    return [NO_ECHO] if given and "push" in given and "echo" not in given["push"] else []


def _faults_of_auth(auth: dict[str, Any]) -> list[str]:
    kind = auth.get("kind", "none")
    if kind not in AUTH_PARTS:
        return [f"'auth.kind' is {kind!r}, not one of {', '.join(AUTH_PARTS)}."]
    parts = {name: text for name, text in auth.items() if name != "kind"}
    if set(parts) != AUTH_PARTS[kind] or not all(isinstance(text, str) and text for text in parts.values()):
        return [f"'auth' of kind {kind!r} needs exactly: {', '.join(sorted(AUTH_PARTS[kind])) or 'nothing'}."]
    return []


def _faults_of_parts(given: dict[str, Any]) -> list[str]:
    missing = sorted(NEEDED_FIELDS - set(given.get("fields", {})))
    found = [f"'fields' does not say where {name!r} stands." for name in missing] if "poll" in given else []
    if "poll" in given and "one" not in given:
        found.append("'poll' needs the section 'one'.")
    for name in [name for name in ("poll", "one", "list", "push") if name in given]:
        path = given[name].get("path")
        if not (isinstance(path, str) and path.startswith("/") and not path.startswith("//")):
            found.append(f"'{name}.path' does not begin with one slash.")
    if "echo" in given.get("push", {}):
        echo = given["push"]["echo"]
        if not isinstance(echo, dict) or not echo:
            return [*found, "'push.echo' does not say where in the answer something of the change stands."]
        allowed = {f"{{{name}}}" for name in PUSHED}
        wrong = [path for path, template in echo.items() if template not in allowed]
        found += [f"'push.echo': at {path!r} stands none of {', '.join(sorted(allowed))}." for path in wrong]
    return found
