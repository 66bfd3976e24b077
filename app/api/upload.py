"""Bodies with a file, multipart or raw, written to the blob store while they arrive."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from anyio import to_thread
from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.api.wire.text import MAX_TEXT
from app.errors import PayloadTooLarge, Unprocessable
from app.files.blobs.protocol import BlobStore, BlobWriter
from app.text import ReadableSize

# Bytes are written in a thread, in pieces of this size: a slow disk must not block the loop.
FLUSH_BYTES = 1024 * 1024
MAX_FIELD_BYTES = 64 * 1024
MAX_PARTS = 100
# The longest name in characters of four bytes each, and the text around it.
MAX_HEADER_BYTES = 16 * 1024
EXTENDED_NAME = re.compile(rb"filename\*=utf-8'[^']*'([^;\s]+)", re.IGNORECASE)


class UploadContent:
    """The bytes of a file: the last ones in memory, at most 1 MiB, the others in a blob writer.

    `finish` and `discard` block. Most files are small and wait in memory for `finish`, because each
    change of threads costs as much as writing them.
    """

    def __init__(self, blobs: BlobStore) -> None:
        self.size = 0
        self._blobs = blobs
        self._writer: BlobWriter | None = None
        self._pending = bytearray()

    def add(self, data: bytes) -> None:
        """Add bytes, in memory."""
        self._pending += data
        self.size += len(data)

    async def flush(self) -> None:
        """Write what is in memory if it is much; raises StorageFull."""
        if len(self._pending) >= FLUSH_BYTES:
            await to_thread.run_sync(self._write)

    def finish(self) -> BlobWriter:
        """Return a writer with all bytes, not yet committed.

        Raises StorageFull; then the bytes are discarded.
        """
        try:
            return self._write()
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Drop the bytes."""
        self._pending.clear()
        if self._writer is not None:
            self._writer.discard()

    def _write(self) -> BlobWriter:
        if self._writer is None:
            self._writer = self._blobs.create()
        self._writer.write(bytes(self._pending))
        self._pending.clear()
        return self._writer


@dataclass(slots=True)
class Upload:
    """A received form: the file's bytes, its name and the other fields."""

    content: UploadContent
    name: str = ""
    has_file: bool = False
    fields: dict[str, str] = field(default_factory=dict)


class _Part:
    """One part of a multipart body."""

    def __init__(self, headers: dict[bytes, bytes]) -> None:
        disposition = headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        self.field = options.get(b"name", b"").decode("utf-8", "replace")
        self.file_name = file_name(disposition, options.get(b"filename"))
        self.data = bytearray()


class _Receiver:
    """Callbacks of the parser: collects the fields and the bytes of the file in an upload."""

    def __init__(self, file_field: str, upload: Upload, max_bytes: int) -> None:
        self._file_field = file_field
        self._upload = upload
        self._max_bytes = max_bytes
        self._header_name = b""
        self._header_value = b""
        self._headers: dict[bytes, bytes] = {}
        self._part: _Part | None = None
        self._parts = 0
        self.is_complete = False

    def on_part_begin(self) -> None:
        self._headers = {}
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise _broken(f"it has more than {MAX_PARTS} parts")

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def on_headers_finished(self) -> None:
        self._part = _Part(self._headers)
        if self._part.field == self._file_field:
            if self._upload.has_file:
                raise _broken(
                    f"it has more than one part named '{self._file_field}'; send one file a request"
                )
            self._upload.has_file = True
            self._upload.name = base_name(self._part.file_name)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._part is None:
            return
        if self._part.field == self._file_field:
            self._upload.content.add(data[start:end])
            if self._upload.content.size > self._max_bytes:
                size = ReadableSize.of(self._max_bytes)
                raise PayloadTooLarge(f"The file is larger than {size}, the limit of this server.")
        else:
            self._part.data += data[start:end]
            if len(self._part.data) > MAX_FIELD_BYTES:
                self._refuse_file(self._part)
                raise _broken(f"its field '{self._part.field[:50]}' is longer than 64 KiB")

    def on_part_end(self) -> None:
        if self._part is not None and self._part.field != self._file_field:
            if len(self._part.data) > MAX_TEXT:
                self._refuse_file(self._part)
            self._upload.fields[self._part.field] = _field_text(self._part)

    def on_end(self) -> None:
        self.is_complete = True

    def _refuse_file(self, part: _Part) -> None:
        """Refuse a field that is a file: a client has another name for it than this endpoint."""
        if part.file_name is not None:
            raise Unprocessable(
                f"The file is in a part named '{part.field[:50]}'. Send it in a part named"
                f" '{self._file_field}'.",
                ("body", self._file_field),
            )


def _field_text(part: _Part) -> str:
    text = part.data.decode("utf-8", "replace")
    location = ("body", part.field)
    if len(text) > MAX_TEXT:
        raise Unprocessable(f"The text is longer than {MAX_TEXT} characters. Shorten it.", location)
    if "\0" in text:
        raise Unprocessable("The text contains a NUL character. Remove it.", location)
    return text


async def receive_upload(
    request: Request, blobs: BlobStore, file_field: str, max_bytes: int
) -> Upload:
    """Read a multipart body whose part `file_field` is the file.

    Raises Unprocessable for a body that cannot be read, PayloadTooLarge for a file over
    `max_bytes`, and StorageFull; then the bytes are discarded.
    """
    boundary = _boundary(request)
    upload = Upload(UploadContent(blobs))
    receiver = _Receiver(file_field, upload, max_bytes)
    async with _discarded_on_error(upload.content):
        await _parse(request, boundary, receiver, upload.content)
        if not receiver.is_complete:
            raise _broken("it ends before its last boundary; send it again")
        if not upload.has_file:
            raise Unprocessable(
                f"The multipart body needs a part named '{file_field}' with the file.",
                ("body", file_field),
            )
    return upload


async def _parse(
    request: Request, boundary: bytes, receiver: _Receiver, content: UploadContent
) -> None:
    """Pass a body to the receiver, which adds the bytes of the file to the content."""
    callbacks: Any = {
        name: getattr(receiver, name) for name in dir(receiver) if name.startswith("on_")
    }
    try:
        parser = MultipartParser(boundary, callbacks, max_header_size=MAX_HEADER_BYTES)
        async for chunk in request.stream():
            parser.write(chunk)
            await content.flush()
        parser.finalize()
    except FormParserError:
        raise _broken("it does not match its boundary") from None


async def receive_raw(request: Request, blobs: BlobStore, max_bytes: int) -> UploadContent:
    """Read a body that is a file.

    Raises PayloadTooLarge for a body over `max_bytes`, and StorageFull; then the bytes are
    discarded.
    """
    content = UploadContent(blobs)
    async with _discarded_on_error(content):
        async for chunk in request.stream():
            content.add(chunk)
            if content.size > max_bytes:
                raise PayloadTooLarge(
                    f"The file is larger than {max_bytes} bytes, the limit of this link."
                )
            await content.flush()
    return content


@asynccontextmanager
async def _discarded_on_error(content: UploadContent) -> AsyncIterator[None]:
    """Discard what was received when the block raises, also when the client disconnects."""
    try:
        yield
    except BaseException:
        await to_thread.run_sync(content.discard)
        raise


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Unprocessable(
            "Send the file as multipart/form-data with a boundary.", ("header", "content-type")
        )
    return boundary


def file_name(disposition: bytes, plain: bytes | None) -> bytes | None:
    """Return the name in a Content-Disposition header whose parameter `filename` is `plain`.

    RFC 7578 forbids `filename*` in forms. For names beyond ASCII, urllib3 1 sends nothing else
    all the same, and .NET an encoded word beside it.
    """
    extended = EXTENDED_NAME.search(disposition)
    if extended is not None and (not plain or plain.startswith(b"=?")):
        return unquote_to_bytes(extended[1])
    return plain


def base_name(raw: bytes | None) -> str:
    """Return the last part of a name from the wire, without control characters."""
    name = (raw or b"").decode("utf-8", "replace").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(character for character in name if character.isprintable()).strip()
    return name[:MAX_TEXT] or "upload"


def _broken(why: str) -> Unprocessable:
    return Unprocessable(f"The multipart body cannot be read: {why}.", ("body",))
