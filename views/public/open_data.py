"""The open data tables: contents, column meanings and licence."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _

from app.core.office import current_office
from app.public.open_figures import OpenFigures, counted_days
from app.reference.agencies import head_office_name
from app.reporting.exports.cells import csv_cell
from app.vocabulary.words import Labels

LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
LICENCE = _("Bebas dipakai dengan menyebut sumber (Creative Commons Atribusi 4.0).")

TITLES: Labels = {
    "ringkasan": _("Ringkasan aduan 12 bulan"),
    "aduan-per-bulan": _("Aduan diterima dan dijawab per bulan"),
    "aduan-per-kategori": _("Aduan diterima per kategori"),
    "ketepatan-per-opd": _("Ketepatan waktu per OPD"),
}

DESCRIPTIONS: Labels = {
    "ringkasan": _("Aduan diterima, dijawab, dan masih terbuka, serta median hari kerja sampai jawaban pertama."),
    "aduan-per-bulan": _("Jumlah aduan yang diterima dan yang pertama kali dijawab pada setiap bulan."),
    "aduan-per-kategori": _("Jumlah aduan yang diterima dalam 12 bulan menurut kategori utama."),
    "ketepatan-per-opd": _("Aduan yang diteruskan ke setiap OPD dan persen langkah SOP yang selesai tepat waktu."),
}

COLUMNS: Labels = {
    "ukuran": _("Nama ukuran"),
    "nilai": _("Nilai; kosong bila terlalu kecil untuk ditampilkan"),
    "bulan": _("Bulan (tahun-bulan)"),
    "diterima": _("Aduan yang diterima; kosong bila disembunyikan"),
    "dijawab": _("Aduan yang pertama kali dijawab; kosong bila disembunyikan"),
    "kode": _("Kode"),
    "kategori": _("Nama kategori utama"),
    "opd": _("Nama OPD"),
    "aduan": _("Aduan yang diteruskan ke OPD itu; kosong bila disembunyikan"),
    "langkah_tepat_waktu_persen": _("Langkah SOP milik OPD itu yang selesai dalam batas waktunya, dalam persen"),
}


MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}


Row = tuple[str | int | float | None, ...]


@dataclass(frozen=True)
class Dataset:
    """A value object: an open data table, with its name in URLs, its columns, and a function that returns its rows."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[OpenFigures], list[Row]]


SUMMARY = ("received", "answered", "open", "median_days")


DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset("ringkasan", ("ukuran", "nilai"), lambda figures: [(n, getattr(figures, n)) for n in SUMMARY]),
        Dataset(
            "aduan-per-bulan",
            ("bulan", "diterima", "dijawab"),
            lambda figures: [(f"{month:%Y-%m}", came, answered) for month, came, answered in figures.months],
        ),
        Dataset("aduan-per-kategori", ("kode", "kategori", "diterima"), lambda figures: list(figures.categories)),
        Dataset(
            "ketepatan-per-opd",
            ("kode", "opd", "aduan", "langkah_tepat_waktu_persen"),
            lambda figures: [(line.code, line.name, line.cases, line.in_time) for line in figures.agencies],
        ),
    )
}


def as_csv(dataset: Dataset, figures: OpenFigures) -> str:
    """Return an open data table as CSV text (RFC 4180); a suppressed small number is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(dataset.columns)
    writer.writerows([csv_cell(cell) for cell in row] for row in dataset.rows(figures))
    return text.getvalue()


def as_json(dataset: Dataset, figures: OpenFigures) -> dict[str, Any]:
    """Return an open data table as a dict for JSON: `title`, `from`, `to`, `licence`, `columns` (meanings) and `rows`.

    A suppressed small number is None.
    """
    first, last = counted_days(figures)
    return {
        "title": str(TITLES[dataset.name]),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "licence": LICENCE_URL,
        "columns": {column: str(COLUMNS[column]) for column in dataset.columns},
        "rows": [dict(zip(dataset.columns, row, strict=True)) for row in dataset.rows(figures)],
    }


def catalogue(figures: OpenFigures) -> dict[str, Any]:
    """Return the DCAT catalogue of all open data tables as a dict for JSON (Project Open Data schema 1.1)."""
    first, last = counted_days(figures)
    base = f"{current_app.config['PUBLIC_BASE_URL']}/data-terbuka"
    return {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@type": "dcat:Catalog",
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "dataset": [
            {
                "@type": "dcat:Dataset",
                "identifier": f"{base}/{name}",
                "title": str(TITLES[name]),
                "description": str(DESCRIPTIONS[name]),
                "keyword": ["aduan", "layanan publik", current_office().short_name],
                "modified": figures.until.isoformat(),
                "accrualPeriodicity": "R/P1W",
                "temporal": f"{first.isoformat()}/{last.isoformat()}",
                "language": ["id"],
                "license": LICENCE_URL,
                "rights": str(LICENCE),
                "accessLevel": "public",
                "publisher": {"@type": "org:Organization", "name": head_office_name()},
                "landingPage": f"{base}/",
                "distribution": [
                    {
                        "@type": "dcat:Distribution",
                        "downloadURL": f"{base}/{name}.{ending}",
                        "mediaType": media_type.partition(";")[0],
                    }
                    for ending, media_type in MEDIA_TYPES.items()
                ],
            }
            for name in DATASETS
        ],
    }
