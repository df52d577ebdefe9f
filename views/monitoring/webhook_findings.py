"""The receivers of webhooks in words for the health page; no line where there is none."""

from collections.abc import Iterator

from flask_babel import gettext, ngettext

from app.webhooks.receivers import ReceiverSigns, receiver_signs
from views.monitoring.part_findings import Told


def told_of_receivers() -> Iterator[Told]:
    """A warning while a receiver fails, was given up, or has left messages parked."""
    signs = receiver_signs()
    if signs.wanted or signs.parked:
        faults = " ".join(filter(None, _faults(signs)))
        yield "webhooks", "warn" if faults else "ok", faults or gettext("Semua penerima menerima pesannya.")


def _faults(signs: ReceiverSigns) -> Iterator[str]:
    if signs.failing:
        yield ngettext("%(num)d penerima gagal.", "%(num)d penerima gagal.", signs.failing)
    if signs.given_up:
        yield ngettext("%(num)d penerima dihentikan.", "%(num)d penerima dihentikan.", signs.given_up)
    if signs.parked:
        yield ngettext("%(num)d pesan gagal dan dihentikan.", "%(num)d pesan gagal dan dihentikan.", signs.parked)
