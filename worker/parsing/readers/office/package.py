"""Office packages: ZIP archives of XML parts that refer to each other.

Layout: ECMA-376 part 2 (Open Packaging Conventions) for docx, pptx and xlsx; OASIS ODF 1.3 part 2
for odt, odp and ods, which use no relationships.
"""

import functools
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, cast
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from app.files.sniff import zip_directory, zip_type
from app.files.sniff.zip_directory import member_key
from worker.parsing.readers.xml.tree import parse_xml

_MIB = 1 << 20
# A tree takes about ten times the memory of its text.
_MAX_PART_BYTES = 64 * _MIB
# Of a larger part only the beginning is read; parsing takes about a second for 30 MiB.
_MAX_STREAMED_BYTES = 256 * _MIB
_CHUNK = 1 << 16
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


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
            return parse_xml(self.read(name))
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
