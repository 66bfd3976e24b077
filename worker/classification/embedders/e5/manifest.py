"""The files of a built model, and the check that a directory holds them undamaged."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from app.errors import StartupError
from worker.classification.embedders.e5.weights import SHA256, checksum

NAME = "multilingual-e5-small"
"""The model's name, and that of its directory among the models."""

FORMAT = 1
"""Increased by hand whenever the format of the files or the numbers of the network change."""

WORDS, POSITIONS = "words.npy", "positions.npy"
PIECES, NORMALISATION = "pieces.model", "normalisation.json"
NETWORK = "network.onnx"
FILES = (WORDS, POSITIONS, PIECES, NORMALISATION, NETWORK)
"""Packed word rows, position rows added to them, tokenizer, its table, the network."""

_OWN_FILE = "manifest.json"


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

    @classmethod
    def of(cls, directory: Path) -> Self:
        """Return the manifest of the files that were just written to a directory."""
        return cls(FORMAT, SHA256, {name: FileDigest.of(directory / name) for name in FILES})

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


def find_fault(directory: Path) -> str | None:
    """Return what is wrong with the model in a directory, as the end of a sentence, or None.

    Reads all 82 MB, about 0.1 s of CPU: a damaged word row would make verdicts wrong without an
    error, and time stamps do not prove that a copied image is complete.
    """
    if not directory.is_dir():
        return "has not been built"
    try:
        manifest = Manifest.load(directory)
        if (manifest.format, manifest.source_sha256) != (FORMAT, SHA256):
            return "was built by another version of this program"
        if set(manifest.files) != set(FILES):
            return "is not complete"
        for name, digest in manifest.files.items():
            if FileDigest.of(directory / name) != digest:
                return f"is damaged: {name} is not as it was built"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    except (ValueError, KeyError, TypeError, AttributeError):
        return "is damaged: its manifest makes no sense"
    return None


def require_whole(directory: Path) -> None:
    """Raise StartupError with the remedy unless a directory holds the undamaged model."""
    fault = find_fault(directory)
    if fault is not None:
        raise StartupError(f"the model {NAME} {fault}: run `pigeonhole models build`")
