"""HTML of the two registers for their PDF, from the frozen figures."""

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale

from app.papers.html_parts import paper_html
from app.reporting.registers.charts import bars_of, trend_of
from app.reporting.registers.labels import COUNTS, REGISTERS, TABLES, notes
from app.reporting.registers.tables import counts_of, period_text, table_of, tables_in
from app.vocabulary.words import DELEGATION_KINDS

Frozen = Mapping[str, Any]


def daily_register(frozen: Frozen) -> str:
    """Return the HTML text of a daily register (Laporan Monitoring Permasalahan Harian) from frozen figures."""
    return _register("daily", frozen)


def monthly_register(frozen: Frozen) -> str:
    """Return the HTML text of a monthly register (Laporan Identifikasi Permasalahan Bulanan) from frozen figures."""
    return _register("monthly", frozen, trend=lambda: trend_of(frozen))


def _register(kind: str, frozen: Frozen, **more: Any) -> str:
    """Return the HTML text of a register in Indonesian.

    Texts are passed as functions, since they must be evaluated in the template, where the language is set.
    """
    standing_in = frozen["signatory"]["kind"]
    with force_locale("id"):
        meanings = notes(frozen.get("definitions", 1))
    return paper_html(
        f"{kind}_register",
        frozen,
        frozen["made_at"],
        name=REGISTERS[kind],
        period=lambda: period_text(frozen),
        counts=counts_of(frozen),
        tables=lambda: [(table_of(table, frozen), bars_of(table, frozen)) for table in tables_in(frozen)],
        titles=TABLES,
        notes=meanings,
        count_words=COUNTS,
        standing_in=DELEGATION_KINDS[standing_in] if standing_in else None,
        **more,
    )
