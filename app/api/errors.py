"""Errors on the wire, as the SDKs expect them: JSON with `detail`, which is a list for a 422."""

import errno
import logging
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from app.errors import (
    DATABASE_UNAVAILABLE,
    PigeonholeError,
    StorageFull,
    Unavailable,
    Unprocessable,
)
from app.files.blobs.protocol import FULL_MESSAGE, StoreUnavailable, is_disk_full

log = logging.getLogger(__name__)

# SQLSTATE of Postgres: a statement or a lock timed out, a deadlock.
BUSY_STATES = {"57014", "55P03", "40P01"}

# A client that was given the base URL with a beginning of paths, which it adds itself.
DOUBLED_PREFIX = re.compile(r"(/api/v[12]|/api|/v[12])/api/v[12]/")
WRONG_BASE_URL = "This path does not exist. Give the client the base URL without {}."
NO_SUCH_PATH = "This path does not exist. See /docs for the paths of this server."
# A client of LlamaCloud has more than this server, such as `client.parsing`.
NOT_SERVED = (
    "This path does not exist. Of LlamaCloud's API this server has files and classification only. "
    "See /docs for its paths."
)
UUID_PROBLEMS = {"uuid_parsing", "uuid_type", "uuid_version"}
# Nobody reads more. One request can have a problem for every few bytes of it.
MAX_PROBLEMS = 100
NOT_AN_ID = "Not an id of this server. Use an id from one of its answers, a UUID."
NOT_JSON = "Send the body as JSON, with the header 'Content-Type: application/json'."
# FastAPI's sentence for a body that Python cannot decode, and ours.
PARSING_ERROR = "There was an error parsing the body"
NOT_DECODABLE = (
    "The body cannot be decoded: it is not UTF-8 text, it is nested too deeply, "
    "or it has a number of thousands of digits."
)

TOO_MANY_FILES = "The server has too many open files. Try again."
STORE_UNAVAILABLE = "The store of uploaded files is unavailable. Try again."


def install(app: FastAPI) -> None:
    """Register the error handlers of the application."""
    app.add_exception_handler(PigeonholeError, _answer_expected)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(DatabaseError, _answer_database_error)
    app.add_exception_handler(PoolTimeoutError, _answer_pool_timeout)
    app.add_exception_handler(OSError, _answer_os_error)
    app.add_exception_handler(ClientDisconnect, _answer_disconnected)


def _answer(error: PigeonholeError) -> JSONResponse:
    detail: Any = error.detail
    if isinstance(error, Unprocessable):
        detail = [
            {"loc": list(location), "msg": sentence, "type": "value_error"}
            for location, sentence in error.problems
        ]
    return JSONResponse({"detail": detail}, error.status, dict(error.headers))


def _answer_expected(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PigeonholeError)  # noqa: S101  # how the handler is registered
    return _answer(error)


def _answer_invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # how the handler is registered
    # Without `input`, which may be a webhook's secret or a megabyte.
    problems = error.errors()
    detail = [
        {
            "loc": list(problem["loc"]),
            "msg": _sentence(problem),
            "type": problem["type"],
        }
        for problem in problems[:MAX_PROBLEMS]
    ]
    if len(problems) > MAX_PROBLEMS:
        more = f"{len(problems) - MAX_PROBLEMS} more problems are not listed."
        detail.append({"loc": ["body"], "msg": more, "type": "value_error"})
    return JSONResponse({"detail": detail}, 422)


def _sentence(problem: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, in our words where pydantic's are no help."""
    kind, is_body = problem["type"], tuple(problem["loc"]) == ("body",)
    if kind in UUID_PROBLEMS:
        return NOT_AN_ID
    if kind == "json_invalid":
        return f"The body is not valid JSON: {problem['ctx']['error']}."
    if kind == "missing" and is_body:
        return NOT_JSON
    if kind == "model_attributes_type":
        # FastAPI does not decode a body of another content type.
        is_undecoded = is_body and isinstance(problem["input"], bytes)
        return NOT_JSON if is_undecoded else "Give a JSON object."
    message: str = problem["msg"]
    return message.removeprefix("Value error, ").replace(" after validation", "")


def _answer_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  # how the handler is registered
    detail: Any = error.detail
    if error.status_code == 422:
        detail = [{"loc": ["body"], "msg": str(detail), "type": "value_error"}]
    elif error.status_code == 404 and detail == "Not Found":
        doubled = DOUBLED_PREFIX.search(request.scope["path"])
        if doubled:
            detail = WRONG_BASE_URL.format(doubled[1])
        else:
            detail = NOT_SERVED if request.scope["path"].startswith("/api/") else NO_SUCH_PATH
    elif error.status_code == 405:
        return _answer_wrong_method(request, (error.headers or {}).get("Allow", ""))
    elif detail == PARSING_ERROR:
        detail = NOT_DECODABLE
    return JSONResponse({"detail": detail}, error.status_code, error.headers)


def _answer_wrong_method(request: Request, first: str) -> JSONResponse:
    """Name the methods of all routes of the path; `first` are those of the first route."""
    methods = set(filter(None, first.split(", ")))
    for route in request.app.router.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    allowed = ", ".join(sorted(methods))
    detail = f"This path does not take {request.method}."
    if allowed:
        detail += f" It takes {allowed}."
    return JSONResponse({"detail": detail}, 405, {"Allow": allowed})


def _answer_database_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DatabaseError)  # noqa: S101  # how the handler is registered
    cause = str(error.orig).lower()
    if "disk is full" in cause or "no space left" in cause:
        log.error("database disk full; request refused")
        return _answer(StorageFull(FULL_MESSAGE))
    state = getattr(error.orig, "sqlstate", None)
    if (
        error.connection_invalidated
        or "locked" in cause
        or "connect" in cause
        or state in BUSY_STATES
    ):
        log.error("database unavailable; request refused", exc_info=error)
        return _answer(Unavailable(DATABASE_UNAVAILABLE))
    return unexpected(request.state.request_id, error)


def _answer_pool_timeout(_: Request, error: Exception) -> JSONResponse:
    log.error("no free database connection; request refused", exc_info=error)
    return _answer(Unavailable(DATABASE_UNAVAILABLE))


def _answer_os_error(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, OSError) and is_disk_full(error):
        return _answer(StorageFull(FULL_MESSAGE))
    if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
        log.error("too many open files; request refused. Raise the limit (ulimit -n)")
        return _answer(Unavailable(TOO_MANY_FILES))
    if isinstance(error, StoreUnavailable):
        log.error("blob store unavailable; request refused", extra={"reason": str(error)})
        return _answer(Unavailable(STORE_UNAVAILABLE))
    return unexpected(request.state.request_id, error)


def _answer_disconnected(_: Request, __: Exception) -> Response:
    """Answer a request whose client has disconnected; the answer is not sent."""
    log.debug("client disconnected")
    return Response(status_code=400)


def unexpected(request_id: str, error: Exception) -> JSONResponse:
    """Log an unexpected error and return the answer, which names the request to look for."""
    log.error("unexpected error; request answered with 500", exc_info=error)
    sentence = f"An unexpected error happened. Look for request {request_id} in the server's log."
    return JSONResponse({"detail": sentence}, 500)
