"""Documents of Apple Pages, Numbers and Keynote with a marker in each place.

Each part is a run of messages of Protocol Buffers, cut into chunks that Snappy may compress.
"""

from devtools.marked.document import MarkedDocument, Marks
from devtools.sample_files import zip_of

# Numbers of types: TSWP.StorageArchive, TST.TableModelArchive, TST.TableDataList, TN.SheetArchive.
_STORAGE, _TABLE, _LIST, _SHEET = 2001, 6001, 6005, 2
_WORDS, _TABLE_NAME, _ENTRY, _ENTRY_WORDS, _SHEET_NAME = 3, 8, 3, 3, 1
_LITERAL_OF_TWO_BYTES = b"\xf4"

Message = tuple[int, bytes]


def marked_pages() -> MarkedDocument:
    """Return a document with a text box and a table."""
    marks = Marks()
    parts = {
        "Document": part(_text(marks("body"))),
        "Box": part(_text(marks("text box"))),
        "Tables/DataList": part(_cells(marks("table cell"))),
    }
    return _document("pages", parts, marks)


def marked_numbers() -> MarkedDocument:
    """Return a workbook of one sheet."""
    marks = Marks()
    parts = {
        "Document": part((_SHEET, field(_SHEET_NAME, marks("sheet name").encode()))),
        "CalculationEngine": part(),
        "Tables/Table": part((_TABLE, field(_TABLE_NAME, marks("table name").encode()))),
        "Tables/DataList": part(_cells(marks("cell"), marks("second cell"))),
    }
    return _document("numbers", parts, marks)


def marked_key() -> MarkedDocument:
    """Return a presentation of two slides."""
    marks = Marks()
    parts = {
        "Document": part(),
        "Slide": part(_text(marks("title")), _text(marks("notes"))),
        "Slide-2": part(_text(marks("second slide"))),
    }
    return _document("key", parts, marks)


def _document(extension: str, parts: dict[str, bytes], marks: Marks) -> MarkedDocument:
    members = {f"Index/{name}.iwa": content for name, content in parts.items()}
    return MarkedDocument(extension, zip_of(members), marks)


def _text(words: str) -> Message:
    return _STORAGE, field(_WORDS, words.encode())


def _cells(*texts: str) -> Message:
    entries = (
        field(1, number) + field(_ENTRY_WORDS, text.encode()) for number, text in enumerate(texts)
    )
    return _LIST, b"".join(field(_ENTRY, entry) for entry in entries)


def part(*messages: Message) -> bytes:
    """Return a part of one chunk, whose bytes are all literal."""
    data = b""
    for kind, body in messages:
        about = field(1, 7) + field(2, field(1, kind) + field(3, len(body)))
        data += varint(len(about)) + about + body
    if not data:
        return b""
    chunk = varint(len(data)) + _LITERAL_OF_TWO_BYTES + (len(data) - 1).to_bytes(2, "little") + data
    return b"\0" + len(chunk).to_bytes(3, "little") + chunk


def field(number: int, value: bytes | int) -> bytes:
    """Return a field of a message: a number, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    """Return a number in base 128, the lowest digits first."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
