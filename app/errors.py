"""The error tree of the API and the per-file error codes.

PigeonholeError        an expected failure with an HTTP status and a public sentence
+-- BadRequest         400
+-- NotAuthenticated   401
+-- Forbidden          403, a valid key of the wrong kind
+-- NotFound           404
+-- Conflict           409, never retried by the SDKs
+-- PayloadTooLarge    413
+-- Unprocessable      422, always rendered as the list that every SDK expects
+-- TooManyRequests    429
+-- StorageFull        507
+-- Unavailable        503
StartupError           the program cannot start; the message is printed

FileError is not part of the tree: it is the outcome of one file, not of a request.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar


class PigeonholeError(Exception):
    """An expected failure with its HTTP status and the sentence for the client."""

    status: ClassVar[int] = 500
    headers: Mapping[str, str] = {}

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class BadRequest(PigeonholeError):
    status = 400


class NotAuthenticated(PigeonholeError):
    status = 401
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class Forbidden(PigeonholeError):
    status = 403


class NotFound(PigeonholeError):
    status = 404


class Conflict(PigeonholeError):
    status = 409
    # Every Stainless SDK retries a 409 up to five times unless told not to.
    headers: Mapping[str, str] = {"x-should-retry": "false"}


class PayloadTooLarge(PigeonholeError):
    status = 413


Location = tuple[str | int, ...]


class Unprocessable(PigeonholeError):
    """A 422 about one place in the request, such as `("body", "rules", 0, "type")`.

    `others` are further places with their sentences.
    """

    status = 422

    def __init__(
        self, detail: str, location: Location, others: Sequence[tuple[Location, str]] = ()
    ) -> None:
        super().__init__(detail)
        self.location = location
        self.problems = ((location, detail), *others)


class TooManyRequests(PigeonholeError):
    """A rate limit is exceeded. Every SDK retries after `retry_seconds`."""

    status = 429

    def __init__(self, detail: str, retry_seconds: int) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(retry_seconds)}


class StorageFull(PigeonholeError):
    status = 507
    # A retry frees no space: the caller decides.
    headers: Mapping[str, str] = {"x-should-retry": "false"}


class Unavailable(PigeonholeError):
    status = 503
    headers: Mapping[str, str] = {"Retry-After": "1"}


DATABASE_UNAVAILABLE = "The database is unavailable. Try again."


class StartupError(Exception):
    """The program cannot start; the message says what to do."""


class FileErrorCode(StrEnum):
    """Why one file of a job has no result."""

    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    UNSUPPORTED_TYPE = "unsupported_type"
    TOO_LARGE = "too_large"
    TOO_MANY_PARTS = "too_many_parts"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    EMPTY = "empty"
    NO_SUCH_PAGES = "no_such_pages"
    OCR_UNAVAILABLE = "ocr_unavailable"
    FILE_DELETED = "file_deleted"
    DEADLINE_EXCEEDED = "deadline_exceeded"
    WORKER_LOST = "worker_lost"
    CANCELLED = "cancelled"
    INTERNAL = "internal"


class FileError(Exception):
    """One file cannot be classified: a code for programs and a sentence for people.

    The sentence starts in lower case and has no full stop. It follows the file name, as in
    `report.pdf: the file is encrypted and needs a password`.
    """

    def __init__(self, code: FileErrorCode, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
