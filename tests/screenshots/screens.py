"""The main screens, who looks at each, and which invented complaint stands on it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.core.extensions import db
from app.models import Letter, SopVersion, StepTask


@dataclass(frozen=True)
class Screen:
    """One picture: its name, whose page, and the address."""

    name: str
    username: str
    path: str
    dark: bool = False
    status: int = 200


@dataclass(frozen=True)
class Standing:
    """Cases by the step that is open, with the agency whose step it is; and what else stands in addresses."""

    steps: dict[str, tuple[int, str | None]]
    code: str
    sop: int

    def case(self, step: str) -> str:
        return f"/aduan/{self.steps[step][0]}"

    def officer(self, role: str, step: str) -> str:
        return f"{role}.{self.steps[step][1]}"


def standing() -> Standing:
    """What the demonstration has at hand."""
    opened = select(StepTask.step, StepTask.complaint_id, StepTask.agency_code).where(StepTask.closed_at.is_(None))
    rows = db.session.execute(opened.order_by(StepTask.id.desc())).all()
    signed = select(Letter.verification_code).where(Letter.verification_code.is_not(None)).order_by(Letter.id)
    return Standing(
        {step: (number, agency) for step, number, agency in rows},
        str(db.session.scalars(signed).first()),
        db.session.scalars(select(SopVersion.id)).one(),
    )


def screens(there: Standing) -> list[Screen]:
    """Every main screen, in the order of a complaint's way."""
    return [
        Screen("masuk", "", "/login/"),
        Screen("kotak-kerja", "admin.aduan", "/"),
        Screen("kotak-kerja-gelap", "admin.aduan", "/", dark=True),
        Screen("catat-aduan", "admin.aduan", "/aduan/baru"),
        Screen("registrasi", "admin.aduan", there.case("register")),
        Screen("periksa", "kasi", there.case("check")),
        Screen("arahan", "kadis", there.case("direct")),
        Screen("susun-tanggapan", there.officer("sekretaris", "draft_answer"), there.case("draft_answer")),
        Screen("aduan", there.officer("kepala", "sign_answer"), there.case("sign_answer")),
        Screen("jawab", "admin.aduan", there.case("reply")),
        Screen("mengapa-batasnya", "kabid", f"{there.case('draft_answer')}/batas"),
        Screen("semua-aduan", "kabid", "/aduan/"),
        Screen("cari", "admin.aduan", "/aduan/?q=jalan+berlubang"),
        Screen("beranda-pengawas", "pengawas", "/"),
        Screen("pemberitahuan", "kadis", "/pemberitahuan/"),
        Screen("akun", "kabid", "/akun/"),
        Screen("hari-libur", "administrator", "/hari-libur/list/"),
        Screen("versi-sop", "administrator", f"/versi-sop/show/{there.sop}"),
        Screen("pengguna", "administrator", "/users/list/"),
        Screen("opd", "administrator", "/opd/list/"),
        Screen("lapor", "", "/lapor"),
        Screen("statistik", "", "/statistik"),
        Screen("data-terbuka", "", "/data-terbuka/"),
        Screen("verifikasi", "", f"/verifikasi/{there.code}"),
        Screen("tidak-ada", "kasi", "/aduan/999999", status=404),
    ]
