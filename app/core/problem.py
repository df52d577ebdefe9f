"""The exception for HTTP errors that are not decisions of the rules (RFC 9457)."""

from collections.abc import Sequence

_NAME_OF = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    409: "conflict",
    410: "gone",
    412: "precondition_failed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    428: "precondition_required",
    429: "too_many_requests",
    431: "headers_too_large",
    500: "internal_error",
    503: "unavailable",
}


class Problem(Exception):
    """Raised for an HTTP error that is no decision of the rules, with a status and a stable name (RFC 9457); the name
    defaults to that of the status.

    `headers` are added to the response; `errors` lists the faulty fields or parameters with a message each; `detail`
    describes the particular case.
    """

    def __init__(
        self,
        status: int,
        name: str | None = None,
        headers: dict[str, str] | None = None,
        errors: Sequence[dict[str, str]] = (),
        detail: str = "",
    ) -> None:
        super().__init__(name or _NAME_OF[status])
        self.status = status
        self.name = name or _NAME_OF[status]
        self.headers = headers or {}
        self.errors = list(errors)
        self.detail = detail
