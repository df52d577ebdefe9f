"""PAdES signatures with pyHanko (ETSI EN 319 142-1): B-LT if a time-stamping service is configured, otherwise B-B.

Import this module only where a signature is made: pyHanko takes a second to load.
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
from app.vocabulary.signing import SigningFault

log = structlog.get_logger()

FIELD = "Tanda_tangan"
TSA_SECONDS = 8
# Written in one revision with the signature, so that the signature covers the whole file.
_TOGETHER = DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE)
# The visible signature block is tagged text of the page. An annotation over it would be untagged, which PDF/UA-1
# forbids; a hidden annotation is forbidden by PDF/A. Both allow one outside the page.
_OUTSIDE = SigFieldSpec(FIELD, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True))


class _AsDrawn(IncrementalPdfFileWriter):
    """An incremental PDF writer that keeps title and XMP: pyHanko's update would make them disagree (PDF/A, 6.6.2)."""

    def _update_meta(self) -> None:
        return


def sign_pades(pdf: bytes, frozen: dict[str, Any], file: bytes, passphrase: str) -> bytes:
    """Return the bytes of the PDF with a PAdES signature appended.

    Raises ActionRefused: signing_refused if the certificate cannot sign, signing_unavailable if the time stamp fails or
    the signature cannot be made.
    """
    try:
        signer = SimpleSigner.load_pkcs12_data(file, other_certs=[], passphrase=passphrase.encode())
        url = current_app.config.get("SIGNING_TSA_URL")
        stamper = RequestsHTTPTimeStamper(url, timeout=TSA_SECONDS) if url else None
        meta = _metadata(frozen, signer, stamper)
        pdf_signer = PdfSigner(meta, signer, timestamper=stamper, new_field_spec=_OUTSIDE)
        return bytes(pdf_signer.sign_pdf(_AsDrawn(io.BytesIO(pdf), strict=True)).getvalue())
    except (TimestampRequestError, PathError):
        log.exception("time_stamp_failed")
        raise refused(SigningFault.TIME_STAMP_FAILED) from None
    except SigningError:
        log.exception("certificate_cannot_sign")
        raise refused(SigningFault.CERTIFICATE_UNFIT) from None
    except Exception:
        # The certificate was checked before, so this is no error that the officer can correct.
        log.exception("signature_not_made")
        raise refused(SigningFault.NOT_MADE) from None


def _metadata(frozen: dict[str, Any], signer: SimpleSigner, stamper: TimeStamper | None) -> PdfSignatureMetadata:
    """Return the PdfSignatureMetadata of a letter's signature: officer, letter number, city and verification address,
    not the reporter.
    """
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


def _trusting(signer: SimpleSigner, stamper: TimeStamper) -> ValidationContext:
    """Return the ValidationContext that supplies the validation data to embed: the certificate's own chain and the
    chain of the time stamp, for which a test stamp is requested from the service.

    The context trusts both roots, because trust is decided by the verifier, not here. Raises TimestampRequestError if
    the service does not answer.
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
    """Return a list of those certificates of a chain that no other certificate of the chain has issued."""
    subjects = {c.subject.hashable for c in chain}
    return [c for c in chain if c.self_issued or c.issuer.hashable not in subjects]
