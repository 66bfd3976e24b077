"""The files of a model that `models build` writes, and the check that they are undamaged."""

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from app.errors import StartupError

_OWN_FILE = "manifest.json"
_READABLE_BY_ALL = 0o755


@dataclass(frozen=True, slots=True)
class FileDigest:
    """A file's size in bytes and its SHA-256 in hexadecimal digits."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read a file and return its size and digest."""
        return cls(path.stat().st_size, checksum(path))


@dataclass(frozen=True, slots=True)
class Manifest:
    """The record of a build, stored beside the files."""

    format: int
    source_sha256: str
    files: dict[str, FileDigest]

    def save(self, directory: Path) -> None:
        """Write the manifest beside the files."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True)
        (directory / _OWN_FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote; raises OSError, ValueError, KeyError or TypeError."""
        data = json.loads((directory / _OWN_FILE).read_text(encoding="utf-8"))
        files = {str(name): FileDigest(**digest) for name, digest in data["files"].items()}
        return cls(int(data["format"]), str(data["source_sha256"]), files)


@dataclass(frozen=True, slots=True)
class BuiltModel:
    """A model that is built from the weights of a package.

    `name` is also that of its directory. `format` is increased by hand whenever the format of the
    files or the numbers of the network change. `source_sha256` is the digest of
    the weights.
    """

    name: str
    format: int
    source_sha256: str
    files: tuple[str, ...]

    @property
    def version(self) -> str:
        """The version of the embedder that runs it."""
        return f"{self.source_sha256[:12]}.{self.format}"

    def find_fault(self, directory: Path) -> str | None:
        """Return what is wrong with the model in a directory, as the end of a sentence, or None.

        Reads all files, about 0.1 s of CPU for 80 MB: a damaged word row would make verdicts wrong
        without an error, and time stamps do not prove that a copied image is complete.
        """
        if not directory.is_dir():
            return "has not been built"
        try:
            manifest = Manifest.load(directory)
            if (manifest.format, manifest.source_sha256) != (self.format, self.source_sha256):
                return "was built by another version of this program"
            if set(manifest.files) != set(self.files):
                return "is not complete"
            for name, digest in manifest.files.items():
                if FileDigest.of(directory / name) != digest:
                    return f"is damaged: {name} is not as it was built"
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        except (ValueError, KeyError, TypeError, AttributeError):
            return "is damaged: its manifest makes no sense"
        return None

    def require_whole(self, directory: Path) -> None:
        """Raise StartupError with the remedy unless a directory holds the undamaged model."""
        fault = self.find_fault(directory)
        if fault is not None:
            raise StartupError(f"the model {self.name} {fault}: run `pigeonhole models build`")

    def write(self, directory: Path, write_files: Callable[[Path], None]) -> None:
        """Build the model in `directory` and replace an existing one.

        `write_files` writes the files to a directory beside it, which is then renamed: readers
        see either the old model or the new one, and an open one stays valid. Raises OSError.
        """
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{directory.name}-", dir=directory.parent
        ) as scratch:
            fresh, old = Path(scratch) / "new", Path(scratch) / "old"
            fresh.mkdir(mode=_READABLE_BY_ALL)
            write_files(fresh)
            digests = {name: FileDigest.of(fresh / name) for name in self.files}
            Manifest(self.format, self.source_sha256, digests).save(fresh)
            if directory.exists():
                directory.rename(old)
            fresh.rename(directory)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
