"""Office packages: ZIP archives of XML parts that refer to each other.

Layout: ECMA-376 part 2 (Open Packaging Conventions) for docx, pptx and xlsx; OASIS ODF 1.3 part 2
for odt, odp and ods, which use no relationships.
"""

import functools
import posixpath
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, cast
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, XMLPullParser, fromstring

from app.files.sniff import zip_directory, zip_type
from app.files.sniff.zip_directory import member_key

_MIB = 1 << 20
# A tree takes about ten times the memory of its text.
_MAX_PART_BYTES = 64 * _MIB
# Of a larger part only the beginning is read; parsing takes about a second for 30 MiB.
_MAX_STREAMED_BYTES = 256 * _MIB
_CHUNK = 1 << 16
# Programs write what XML does not allow: control characters, plain or as numbers, a bare `&`, and
# white space before the declaration.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REFERENCE = re.compile(rb"&#(?:(\d{1,7})|[xX]([\da-fA-F]{1,6}));")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d+|#[xX][\da-fA-F]+);)")


class BadPart(Exception):
    """A part is missing, damaged or too large."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """A reference of one part to another: its id, the last word of its type, and the target.

    `target` is the name of a part of the package; references to other files are left out.
    """

    id: str
    kind: str
    target: str


class Package:
    """The parts of one file. Names match in any case, and with a backslash for a slash."""

    def __init__(self, file: BinaryIO) -> None:
        """List the parts. Raises BadZip, TooManyMembers, DirectoryTooLarge."""
        self._file = file
        self._members = {
            member_key(member.name): member for member in zip_directory.list_members(file)
        }
        self._relationships: dict[str, dict[str, Relationship]] = {}

    def __contains__(self, name: str) -> bool:
        return member_key(name) in self._members

    @property
    def names(self) -> list[str]:
        """The names of all parts in lower case, in the order of the archive."""
        return list(self._members)

    def read(self, name: str, limit: int = _MAX_PART_BYTES) -> bytes:
        """Return the bytes of a part. Raises BadPart."""
        member = self._members.get(member_key(name))
        if member is None:
            raise BadPart(f"{name} is missing")
        if member.size > limit:
            raise BadPart(f"{name} is too large")
        try:
            return zip_directory.read_member(self._file, member, limit)
        except zip_directory.BadZip as error:
            raise BadPart(f"{name} is damaged") from error

    def xml(self, name: str) -> Element:
        """Return the root element of a part. Raises BadPart."""
        try:
            return _parse(self.read(name))
        except (ParseError, ValueError, LookupError) as error:
            raise BadPart(f"{name} is damaged") from error

    def elements(
        self,
        name: str,
        events: Sequence[Literal["start", "end"]] = ("start", "end"),
        without: Sequence[re.Pattern[bytes]] = (),
    ) -> Iterator[tuple[str, Element]]:
        """Yield events of a part's elements (`start`, `end`) while it is unpacked and parsed.

        For parts that are too large for a tree: the caller clears what it has used, and may stop
        early. `without` are patterns of whole tags that are left out before parsing, in order,
        where there may be millions without a word. Raises BadPart, also in the middle.
        """
        parser: XMLPullParser[Any] = XMLPullParser(events)
        try:
            for piece in _leave_out(self._stream(name), without):
                parser.feed(piece)
                yield from cast("Iterator[tuple[str, Element]]", parser.read_events())
            parser.close()
            yield from cast("Iterator[tuple[str, Element]]", parser.read_events())
        except (zip_directory.BadZip, ParseError, ValueError, LookupError) as error:
            raise BadPart(f"{name} is damaged") from error

    def _stream(self, name: str) -> Iterator[bytes]:
        member = self._members.get(member_key(name))
        if member is None:
            raise BadPart(f"{name} is missing")
        return zip_directory.stream_member(self._file, member, _MAX_STREAMED_BYTES)

    def relationships(self, name: str = "") -> dict[str, Relationship]:
        """Return the relationships of a part by id, those of the package for `""`.

        A part without relationships, or with damaged ones, has none.
        """
        if name not in self._relationships:
            self._relationships[name] = self._read_relationships(name)
        return self._relationships[name]

    def _read_relationships(self, name: str) -> dict[str, Relationship]:
        folder = posixpath.dirname(name)
        try:
            root = self.xml(relationships_part(name))
        except BadPart:
            return {}
        found = {}
        for element in root:
            target = element.get("Target", "")
            if not target or element.get("TargetMode", "").lower() == "external":
                continue
            found[element.get("Id", "")] = Relationship(
                id=element.get("Id", ""),
                kind=element.get("Type", "").rstrip("/").rpartition("/")[2],
                target=_resolve(folder, target),
            )
        return found

    def related(self, name: str, *kinds: str) -> list[str]:
        """Return the targets of a part's relationships of some kinds, without repetitions."""
        return list(
            dict.fromkeys(
                each.target for each in self.relationships(name).values() if each.kind in kinds
            )
        )

    def main_part(self, default: str) -> str:
        """Return the name of the document's main part, wherever it is.

        `default` is the usual name, for packages where nothing tells it.
        """
        found = zip_type.find_type(self._file, self._members.values())
        return member_key(found.main.name) if found and found.main else default


def relationships_part(name: str) -> str:
    """Return the name of the part that holds the relationships of a part."""
    folder, _, last = name.rpartition("/")
    return posixpath.join(folder, "_rels", f"{last}.rels")


def parse_partly(data: bytes) -> tuple[Element | None, bool]:
    """Return the root element of XML as far as it can be parsed, and whether it is whole."""
    try:
        return _parse(data), True
    except (ParseError, ValueError, LookupError):
        pass
    root: Element | None = None
    is_whole = False
    parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
    try:
        for at in range(0, len(data), _CHUNK):
            # The parser raises what is wrong when its events are asked for.
            parser.feed(data[at : at + _CHUNK])
            for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
                root = element if root is None else root
                is_whole = event == "end" and element is root
    except (ParseError, ValueError, LookupError):
        pass
    return root, is_whole


def _parse(data: bytes) -> Element:
    """Return the root element of XML, which may hold characters that XML does not allow.

    Raises ParseError, ValueError, LookupError.
    """
    try:
        return fromstring(data)  # noqa: S314  expat bounds the growth of entities
    except ParseError:
        if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise
        mended = _CONTROL.sub(b"", data.decode("utf-8", "replace").lstrip().encode())
        mended = _BARE.sub(b"&amp;", _REFERENCE.sub(_allowed, mended))
        if mended == data:
            raise
        return fromstring(mended)  # noqa: S314


def _allowed(reference: re.Match[bytes]) -> bytes:
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    is_character = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return reference[0] if is_character or 0xFFFF < code <= 0x10FFFF else b""


@functools.lru_cache(maxsize=4096)
def local_name(name: str) -> str:
    """Return the name of an element or attribute without its namespace.

    The Transitional and the Strict variant of ECMA-376 differ in namespaces only.
    """
    return name.rpartition("}")[2]


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute by its name without namespace, None if it is absent."""
    plain = element.get(name)
    if plain is None:
        # Most attributes with a namespace have that of their element.
        plain = element.get(element.tag.partition("}")[0] + "}" + name)
    if plain is not None:
        return plain
    return next((value for key, value in element.items() if local_name(key) == name), None)


def relationship_id(element: Element) -> str:
    """Return the relationship that an element names (`r:id`), which is no plain `id`."""
    return next((value for key, value in element.items() if key.endswith("}id")), "")


def unescape(text: str) -> str:
    """Replace the escapes of characters that XML cannot hold, `_x000D_` (22.9.2.19)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _leave_out(pieces: Iterator[bytes], patterns: Sequence[re.Pattern[bytes]]) -> Iterator[bytes]:
    """Yield pieces of XML without what the patterns match; no piece ends within a tag."""
    rest = b""
    for piece in pieces:
        cut = piece.rfind(b"<") if patterns else len(piece)
        whole = rest + piece[:cut] if cut >= 0 else rest + piece
        rest = piece[cut:] if cut >= 0 else b""
        for pattern in patterns:
            whole = pattern.sub(b"", whole)
        yield whole
    yield rest


def _resolve(folder: str, target: str) -> str:
    """Return the part that a target names: relative to the folder, or from the root with `/`."""
    path = unquote(target.partition("#")[0]).replace("\\", "/")
    if path.startswith("/"):
        return posixpath.normpath(path).lstrip("/")
    return posixpath.normpath(posixpath.join(folder, path)).lstrip("/")
