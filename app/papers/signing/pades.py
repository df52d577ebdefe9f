"""PAdES signatures through pyHanko (ETSI EN 319 142-1): B-LT where a time-stamping service is set, B-B else.

pyHanko takes a second to load: this module is imported where a signature is made, by no process at its start.
"""

import asyncio
import io
from typing import Any

import structlog
from asn1crypto import x509
from flask import current_app
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, PdfSignatureMetadata, SigDSSPlacementPreference
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError

from app.papers.signing.signers import refused
from workflow_rules.process.refusals import SigningFault

log = structlog.get_logger()

FIELD = "Tanda_tangan"
TSA_SECONDS = 8
# In one revision with the signature, so that it covers the whole file.
_TOGETHER = DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE)
# The visible block is tagged text of the page itself. An annotation over it would be untagged, which PDF/UA-1 forbids,
# and a hidden one is forbidden by PDF/A: one outside the page is allowed by both.
_OUTSIDE = SigFieldSpec(FIELD, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True))


class _AsDrawn(IncrementalPdfFileWriter):
    """Leaves title and XMP as they were drawn: pyHanko's own would no longer agree with each other (PDF/A, 6.6.2)."""

    def _update_meta(self) -> None:
        return


def sign_pades(pdf: bytes, frozen: dict[str, Any], file: bytes, passphrase: str) -> bytes:
    """The PDF with its signature behind it; raises ActionRefused."""
    try:
        signer = SimpleSigner.load_pkcs12_data(file, other_certs=[], passphrase=passphrase.encode())
        stamper = _time_stamper()
        meta = _metadata(frozen, signer, stamper)
        hand = PdfSigner(meta, signer, timestamper=stamper, new_field_spec=_OUTSIDE)
        return bytes(hand.sign_pdf(_AsDrawn(io.BytesIO(pdf), strict=True)).getvalue())
    except (TimestampRequestError, PathError):
        log.exception("time_stamp_failed")
        raise refused(SigningFault.TIME_STAMP_FAILED) from None
    except SigningError:
        log.exception("certificate_cannot_sign")
        raise refused(SigningFault.CERTIFICATE_UNFIT) from None
    except Exception:
        # The certificate was read before: whatever is wrong is nothing that the officer can mend.
        log.exception("signature_not_made")
        raise refused(SigningFault.NOT_MADE) from None


def _metadata(frozen: dict[str, Any], signer: SimpleSigner, stamper: TimeStamper | None) -> PdfSignatureMetadata:
    """What the signature says of itself: officer, letter and where it is checked; nothing of the reporter."""
    return PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=frozen["signatory"]["name"],
        reason=f"Surat tanggapan nomor {frozen['number']}",
        location=frozen["agency"]["city"],
        contact_info=f"{current_app.config['PUBLIC_BASE_URL']}/verifikasi/{frozen['verification_code']}",
        embed_validation_info=stamper is not None,
        validation_context=_trusting(signer, stamper) if stamper is not None else None,
        signer_key_usage=set(),
        dss_settings=_TOGETHER,
    )


def _time_stamper() -> TimeStamper | None:
    url = current_app.config.get("SIGNING_TSA_URL")
    return RequestsHTTPTimeStamper(url, timeout=TSA_SECONDS) if url else None


def _trusting(signer: SimpleSigner, stamper: TimeStamper) -> ValidationContext:
    """Whose validation info goes into the file: the chain that came with the certificate, and the stamp's own.

    Nobody is judged here: whom to trust is decided by whoever verifies.
    """
    own = [signer.signing_cert, *signer.cert_registry]
    token = asyncio.run(stamper.async_dummy_response("sha256"))
    stamped = [c.chosen for c in token["content"]["certificates"] if c.name == "certificate"]
    return ValidationContext(
        trust_roots=[*_topmost(own), *_topmost(stamped)],
        other_certs=[*own, *stamped],
        allow_fetching=True,
        revocation_mode="soft-fail",
    )


def _topmost(chain: list[x509.Certificate]) -> list[x509.Certificate]:
    """Those that none of the others has issued."""
    subjects = {c.subject.hashable for c in chain}
    return [c for c in chain if c.self_issued or c.issuer.hashable not in subjects]
