"""Pictures and texts of pages, and the places of quotes on them (extensions)."""

import hashlib
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import JSONResponse

from app.api.dependencies import ApiCall, Call
from app.api.router import Router
from app.api.wire.ids import FileId
from app.errors import NotFound
from app.files import service as files
from app.files.cache import FileCache
from app.files.models import File
from app.previews import requests, service
from app.previews.marks import find_marks
from app.previews.values import (
    DEFAULT_WIDTH,
    MAX_PAGE,
    WIDTHS,
    Box,
    choose_width,
)

router = Router(prefix="/api/v1/files/{file_id}/pages/{page}", tags=["pages (extensions)"])

MEDIA_TYPE = "image/webp"
MAX_QUOTE = 2000
MAX_QUOTES = 20

Quote = Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUOTE)]
PageIndex = Annotated[int, Path(ge=0, le=MAX_PAGE, description="Counted from 0, as in quotes.")]
Width = Annotated[
    int,
    Query(ge=1, le=WIDTHS[-1], description=f"Pixels, raised to one of {list(WIDTHS)}."),
]


class PendingResponse(BaseModel):
    """A worker is making the preview: ask again after `Retry-After` seconds."""

    status: Literal["pending"] = "pending"


class PageTextResponse(BaseModel):
    """The text of a page as the classifier reads it, and how many pages the file has."""

    page: int
    text: str
    page_count: int | None


class MarkResponse(BaseModel):
    """A rectangle in fractions of the picture's width and height, from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float


class QuoteMarksResponse(BaseModel):
    """The places of a quote, one for each of its lines; empty where it is not found."""

    quote: str
    marks: list[MarkResponse]


class MarksResponse(BaseModel):
    """The places of each quote, in the order of the request."""

    page: int
    quotes: list[QuoteMarksResponse]


class MarksRequest(BaseModel):
    """The body of POST /marks."""

    quotes: Annotated[list[Quote], Field(min_length=1, max_length=MAX_QUOTES)]


PENDING: dict[int | str, dict[str, Any]] = {
    202: {"model": PendingResponse, "description": "It is being made: ask again."}
}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "The picture is the one of `If-None-Match`."},
}


@router.get("/picture", response_class=Response, responses={**PICTURE, **PENDING})
def get_page_picture(
    request: Request, call: ApiCall, file_id: FileId, page: PageIndex, width: Width = DEFAULT_WIDTH
) -> Response:
    """Return the picture of a page of a PDF or of a picture file, as WebP.

    A worker draws it at the first request: until then the answer is 202. Files of other formats
    have no pictures (404); their text is at `/text`. An extension of this server.
    """
    file, cache = _open(call, file_id)
    width = choose_width(width)
    picture = service.find_picture(cache, file, page, width)
    if picture is None:
        return _ask(call, file, page, width)
    tag = f'"{hashlib.sha256(picture).hexdigest()[:32]}"'
    # The browser asks each time, so that it shows nothing once the file or the key is gone.
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(picture, media_type=MEDIA_TYPE, headers=headers)


@router.get("/text", response_model=PageTextResponse, responses={**PENDING})
def get_page_text(call: ApiCall, file_id: FileId, page: PageIndex) -> PageTextResponse | Response:
    """Return the text of a page. Until a worker has read it, the answer is 202.

    An extension of this server.
    """
    file, cache = _open(call, file_id)
    preview = service.find_text(cache, file, page)
    if preview is None:
        return _ask(call, file, page, DEFAULT_WIDTH)
    return PageTextResponse(page=page, text=preview.text, page_count=preview.page_count)


@router.post("/marks", response_model=MarksResponse, responses={**PENDING})
def find_page_marks(
    call: ApiCall, file_id: FileId, page: PageIndex, body: MarksRequest
) -> MarksResponse | Response:
    """Return where quotes are on the picture of a page. Until that is drawn, the answer is 202.

    Spaces, hyphens and letter case do not matter. By POST, because addresses get into logs and
    traces, where no text of a document may be. An extension of this server.
    """
    file, cache = _open(call, file_id)
    preview = service.find(cache, file, page)
    if preview is None:
        return _ask(call, file, page, DEFAULT_WIDTH)
    return MarksResponse(
        page=page,
        quotes=[
            QuoteMarksResponse(
                quote=quote,
                marks=[_mark_response(box) for box in find_marks(quote, preview.words)],
            )
            for quote in body.quotes
        ],
    )


def _open(call: Call, file_id: FileId) -> tuple[File, FileCache]:
    services = call.services
    with call.read() as session:
        file = files.get(session, call.scope, file_id)
    max_bytes = services.settings.cache_max_bytes
    if max_bytes == 0:
        raise NotFound(
            "Previews of pages are kept in the cache, which is switched off on this server. Set "
            "PIGEONHOLE_CACHE_MAX_BYTES above 0."
        )
    return file, FileCache(services.database, services.blobs, max_bytes)


def _ask(call: Call, file: File, page: int, width: int) -> Response:
    requests.ask(call.services.database, file, page, width)
    headers = {"Retry-After": str(requests.RETRY_SECONDS)}
    return JSONResponse(PendingResponse().model_dump(), 202, headers)


def _mark_response(box: Box) -> MarkResponse:
    return MarkResponse(left=box.left, top=box.top, right=box.right, bottom=box.bottom)
