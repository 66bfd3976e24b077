"""The texts of the pictures in an Office package that are drawings: EMF, WMF, SVG."""

from dataclasses import dataclass, field

from app.errors import FileError
from worker.parsing.readers.markup.svg import drawing_text
from worker.parsing.readers.metafiles.reader import metafile_text, unpack
from worker.parsing.readers.office.package import BadPart, Package

_METAFILES = (".emf", ".wmf", ".emz", ".wmz")
_SVG = ".svg"
_MIB = 1 << 20
_MAX_PICTURE_BYTES = 8 * _MIB
# A file may hold thousands of large drawings, and reading 8 MiB of records takes about a second.
_MAX_BYTES = 24 * _MIB


@dataclass(slots=True)
class DrawnPictures:
    """Reads the drawn pictures of one package, each once, and no more than there is time for."""

    package: Package
    _texts: dict[str, str] = field(default_factory=dict)
    _room: int = _MAX_BYTES

    def text(self, part: str) -> str:
        """Return the text of a picture; nothing if it is none of these kinds.

        Raises BadPart if it is damaged, or its text cannot be read.
        """
        name = part.lower()
        # OpenDocument gives the pictures of objects names without an ending.
        is_drawn = name.endswith((*_METAFILES, _SVG)) or "." not in name.rpartition("/")[2]
        if not is_drawn or part not in self.package:
            return ""
        if name not in self._texts:
            self._texts[name] = self._read(name)
        return self._texts[name]

    def _read(self, name: str) -> str:
        limit = min(_MAX_PICTURE_BYTES, self._room)
        try:
            data = unpack(self.package.read(name, limit), limit)
        except ValueError as error:
            raise BadPart(name) from error
        self._room -= len(data)
        if name.endswith(_SVG):
            try:
                return drawing_text(data)
            except FileError as error:
                raise BadPart(name) from error
        text, is_lost = metafile_text(data)
        if is_lost and not text:
            raise BadPart(name)
        return text
