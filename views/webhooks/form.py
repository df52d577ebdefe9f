"""The form of a webhook endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app, request

from app.models import WebhookEndpoint
from app.outbound.allowed_target import TargetRefused, find_target
from app.web.fab_repairs import is_readable
from app.webhooks.labels import EVENT_KINDS, FORM_FAULTS, URL_FAULTS
from app.webhooks.manage import EndpointInput
from app.webhooks.payload import EVENT_TYPES, EVERY_TYPE, PREFIX

LONGEST_NAME = 100


@dataclass
class WebhookForm:
    """The values of the form of a webhook endpoint.

    `version` is the endpoint's version when the form was rendered, `faults` the errors by field.
    """

    name: str = ""
    url: str = ""
    types: frozenset[str] = frozenset({EVERY_TYPE})
    version: int = 0
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def every(self) -> bool:
        return EVERY_TYPE in self.types

    def endpoint_input(self) -> EndpointInput | None:
        """Return the endpoint definition (`EndpointInput`) of the form; None after adding the errors to `faults`.

        Resolves the host name of the URL.
        """
        if not (0 < len(self.name) <= LONGEST_NAME and is_readable(self.name)):
            self.faults["nama"] = str(FORM_FAULTS["name"])
        try:
            find_target(self.url, current_app.config["WEBHOOK_ALLOW_PRIVATE"])
        except TargetRefused as refused:
            self.faults["url"] = str(URL_FAULTS[refused.fault.value])
        if not self.types:
            self.faults["jenis"] = str(FORM_FAULTS["types"])
        chosen = (EVERY_TYPE,) if self.every else tuple(t for t in EVENT_TYPES if t in self.types)
        return None if self.faults else EndpointInput(self.name, self.url, chosen)


def sent_form() -> WebhookForm:
    """Return the submitted `WebhookForm` of a webhook endpoint, not yet validated."""
    given = request.form
    chosen = frozenset(given.getlist("jenis")) & frozenset(EVENT_TYPES)
    types = frozenset({EVERY_TYPE}) if given.get("lingkup") == "semua" else chosen
    name = " ".join(given.get("nama", "").split())
    return WebhookForm(name, given.get("url", "").strip(), types, sent_version())


def form_of(endpoint: WebhookEndpoint) -> WebhookForm:
    return WebhookForm(endpoint.name, endpoint.url, frozenset(endpoint.event_types), endpoint.version)


def sent_version() -> int:
    """Return the endpoint version the form was rendered from; -1, which never matches, if it is malformed."""
    given = request.form.get("versi", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1


def type_choices() -> Mapping[str, str]:
    """Return a dict of the code of each webhook event type to its label."""
    return {code: str(EVENT_KINDS[code.removeprefix(PREFIX)]) for code in EVENT_TYPES}
