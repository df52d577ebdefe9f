"""The form of a field: what was typed, and the body of the API that it stands for."""

from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

_LISTS = ("categories", "classifications", "moments", "visible_to")
_TEXTS = ("code", "type", "pattern")


def typed_of(body: dict[str, Any]) -> MultiDict[str, str]:
    """Return a field, as the body of the API, as the values of the form."""
    typed: MultiDict[str, str] = MultiDict({name: body[name] for name in _TEXTS})
    for part in ("label", "hint"):
        typed |= {f"{part}.{language}": body[part][language] for language in ("id", "en")}
    for name in _LISTS:
        typed.setlist(name, body[name])
    typed["options"] = "\n".join(_option_line(option) for option in body["options"])
    typed |= {f"bounds.{name}": f"{value:g}" for name, value in body["bounds"].items()}
    if body["only_if"] is not None:
        typed |= {"only_if.field": body["only_if"]["field"], "only_if.is": _plain(body["only_if"]["is"])}
    typed |= {name: "1" for name in ("required", "personal") if body[name]}
    typed["order"] = str(body["order"])
    return typed


def _option_line(option: dict[str, Any]) -> str:
    english = f" | {option['label']['en']}" if option["label"]["en"] else ""
    return f"{option['code']} = {option['label']['id']}{english}"


def _plain(value: Any) -> str:
    return {True: "1", False: "0"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def body_of_form(type_of_other: str = "") -> dict[str, Any]:
    """Return the sent form as the body of the API. `type_of_other` is the type of the field that the condition names;
    what is no number where one is asked for stays text, and is refused as such.
    """
    form = request.form
    body: dict[str, Any] = {name: form.get(name, "").strip() for name in _TEXTS}
    for part in ("label", "hint"):
        body[part] = {language: form.get(f"{part}.{language}", "") for language in ("id", "en")}
    body |= {name: [word for word in form.getlist(name) if word] for name in _LISTS}
    body["options"] = [_option_of(line) for line in form.get("options", "").splitlines() if line.strip()]
    bounds = {name: form.get(f"bounds.{name}", "").strip() for name in ("least", "most")}
    body["bounds"] = {name: _number(text) for name, text in bounds.items() if text}
    if field := form.get("only_if.field", "").strip():
        body["only_if"] = {"field": field, "is": _condition(form.get("only_if.is", "").strip(), type_of_other)}
    body |= {name: name in form for name in ("required", "personal")}
    body["order"] = _number(form.get("order", "100").strip() or "100")
    return body


def _option_of(line: str) -> dict[str, Any]:
    """Return an option from a line `code = label | English label`; a line without a code gets an empty one."""
    code, equals, label = line.partition("=")
    if not equals:
        code, label = "", line
    indonesian, _, english = label.partition("|")
    return {"code": code.strip(), "label": {"id": indonesian.strip(), "en": english.strip()}}


def _number(text: str) -> Any:
    plain = text.replace(",", ".")
    try:
        return float(plain) if "." in plain else int(plain)
    except ValueError:
        return text


def _condition(text: str, kind: str) -> Any:
    if kind == "boolean":
        return {"1": True, "0": False}.get(text, text)
    return _number(text) if kind in ("integer", "decimal") else text
