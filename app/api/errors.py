"""Every error as the SDKs know it: JSON with `detail`, a list for each 422."""

import errno
import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from app.errors import UNREACHABLE, PigeonholeError, StorageFull, Unavailable, Unprocessable
from app.files.blobs.protocol import FULL_MESSAGE, StoreUnavailable, is_disk_full

log = logging.getLogger(__name__)

# Of Postgres: a statement or a wait for a lock took too long, a deadlock.
BUSY_STATES = {"57014", "55P03", "40P01"}

TOO_MANY_FILES = "The server has too many files open just now: try again."
STORE_AWAY = "The store of uploaded files cannot be reached just now: try again."


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(PigeonholeError, _render)
    app.add_exception_handler(RequestValidationError, _render_validation)
    app.add_exception_handler(HTTPException, _render_http)
    app.add_exception_handler(DatabaseError, _render_database)
    app.add_exception_handler(PoolTimeoutError, _render_pool)
    app.add_exception_handler(OSError, _render_os)
    app.add_exception_handler(ClientDisconnect, _render_nothing)


def _answer(error: PigeonholeError) -> JSONResponse:
    detail: Any = error.detail
    if isinstance(error, Unprocessable):
        detail = [{"loc": list(error.location), "msg": error.detail, "type": "value_error"}]
    return JSONResponse({"detail": detail}, error.status, dict(error.headers))


def _render(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PigeonholeError)  # noqa: S101  # how the handler is registered
    return _answer(error)


def _render_validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # how the handler is registered
    # Without `input`, which may be a webhook's secret or a megabyte.
    detail = [
        {
            "loc": list(problem["loc"]),
            "msg": problem["msg"].removeprefix("Value error, "),
            "type": problem["type"],
        }
        for problem in error.errors()
    ]
    return JSONResponse({"detail": detail}, 422)


def _render_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  # how the handler is registered
    detail: Any = error.detail
    if error.status_code == 422:
        detail = [{"loc": ["body"], "msg": str(detail), "type": "value_error"}]
    elif error.status_code == 404 and detail == "Not Found":
        detail = "There is nothing at this path: see /docs for what this server offers."
    return JSONResponse({"detail": detail}, error.status_code, error.headers)


def _render_database(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DatabaseError)  # noqa: S101  # how the handler is registered
    cause = str(error.orig).lower()
    if "disk is full" in cause or "no space left" in cause:
        log.error("the database's disk is full")
        return _answer(StorageFull(FULL_MESSAGE))
    state = getattr(error.orig, "sqlstate", None)
    if (
        error.connection_invalidated
        or "locked" in cause
        or "connect" in cause
        or state in BUSY_STATES
    ):
        log.error("the database cannot be reached", exc_info=error)
        return _answer(Unavailable(UNREACHABLE))
    return unexpected(request.state.request_id, error)


def _render_pool(_: Request, error: Exception) -> JSONResponse:
    log.error("no connection to the database became free", exc_info=error)
    return _answer(Unavailable(UNREACHABLE))


def _render_os(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, OSError) and is_disk_full(error):
        return _answer(StorageFull(FULL_MESSAGE))
    if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
        log.error("too many files are open: raise the limit (ulimit -n)")
        return _answer(Unavailable(TOO_MANY_FILES))
    if isinstance(error, StoreUnavailable):
        log.error("the store of uploaded files does not do what it should: %s", error)
        return _answer(Unavailable(STORE_AWAY))
    return unexpected(request.state.request_id, error)


def _render_nothing(_: Request, __: Exception) -> Response:
    """Answer a client that went away in the middle of its request; nobody will read it."""
    log.debug("the client went away")
    return Response(status_code=400)


def unexpected(request_id: str, error: Exception) -> JSONResponse:
    """Log an error that nobody foresaw, and return the answer that tells where to look."""
    log.error("an unexpected error", exc_info=error)
    sentence = f"An unexpected error happened. The server's log tells more: request {request_id}."
    return JSONResponse({"detail": sentence}, 500)
