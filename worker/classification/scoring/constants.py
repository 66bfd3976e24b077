"""The fitted constants of an engine: what ships beside the bank and the panel.

No file is a pickle: `NAME.npz` has an embedder's vectors and `NAME.json` the rest.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import StartupError
from worker.classification.embedders.base import Embedder
from worker.classification.features.chunks import CHUNK_COUNT, CHUNK_TOKENS
from worker.classification.scoring.calibration import Calibration
from worker.classification.scoring.knowledge import Knowledge
from worker.classification.scoring.lexical import Lexicon
from worker.classification.scoring.space import SpaceVectors

SCORING_VERSION = 3
"""Raised by hand whenever scores change without a change of the data below."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything that the fitted constants depend on; `embedders` as "name version"."""

    embedders: tuple[str, ...]
    knowledge: str
    chunk_tokens: int
    chunk_count: int
    scoring: int = SCORING_VERSION

    @classmethod
    def of(cls, embedders: Sequence[Embedder], knowledge: Knowledge) -> "Fingerprint":
        """Return the fingerprint that constants must have to fit this program."""
        return cls(
            embedders=tuple(f"{embedder.name} {embedder.version}" for embedder in embedders),
            knowledge=knowledge.digest(),
            chunk_tokens=CHUNK_TOKENS,
            chunk_count=CHUNK_COUNT,
        )


@dataclass(frozen=True, slots=True)
class Constants:
    """All that `pigeonhole models fit` finds out; `vectors` by the embedder's name."""

    fingerprint: Fingerprint
    vectors: Mapping[str, SpaceVectors]
    lexicon: Lexicon
    calibration: Calibration

    def check(self, embedders: Sequence[Embedder], knowledge: Knowledge) -> None:
        """Raise StartupError unless these constants were fitted for the embedders and program."""
        expected = asdict(Fingerprint.of(embedders, knowledge))
        found = asdict(self.fingerprint)
        different = [key for key in expected if expected[key] != found[key]]
        if different:
            key = different[0]
            raise StartupError(
                f"the classifier's constants were fitted for {key.replace('_', ' ')}"
                f" {_said(found[key])}, but this program has {_said(expected[key])}: refit them"
                " with `pigeonhole models fit --corpus DIR`"
            )

    def digest(self) -> str:
        """Return a short fingerprint of everything in here, which changes with any number."""
        whole = json.dumps(self._without_vectors(self.vectors), sort_keys=True).encode()
        return hashlib.sha256(whole).hexdigest()[:16]

    def save(self, stem: Path) -> None:
        """Write `stem`.json, and the vectors, in half precision.

        These go to `stem`.npz, or with several embedders beside it to a file each, named like
        the embedder: what is fitted of one does not depend on the others, and ships once.
        """
        rounded = {name: vectors.rounded() for name, vectors in self.vectors.items()}
        for name, vectors in rounded.items():
            arrays = {key: value.astype(np.float16) for key, value in asdict(vectors).items()}
            place = _vectors_path(stem, name, len(rounded))
            np.savez_compressed(place, allow_pickle=False, **arrays)
        rest = self._without_vectors(rounded)
        text = json.dumps(rest, ensure_ascii=False, indent=1, sort_keys=True)
        stem.with_name(f"{stem.name}.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, stem: Path) -> "Constants":
        """Read what `save` wrote; raises StartupError when a file is missing or malformed."""
        try:
            rest = json.loads(stem.with_name(f"{stem.name}.json").read_text(encoding="utf-8"))
            vectors = _load_vectors(stem, rest["vectors"])
            fingerprint = rest["fingerprint"]
            embedders = tuple(str(embedder) for embedder in fingerprint["embedders"])
            return cls(
                fingerprint=Fingerprint(**{**fingerprint, "embedders": embedders}),
                vectors=vectors,
                lexicon=Lexicon(tuple(rest["lexicon"]["words"]), tuple(rest["lexicon"]["idf"])),
                calibration=Calibration.from_json(rest["calibration"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StartupError(
                f"the classifier's constants {stem.name} cannot be read ({error}): refit them"
                " with `pigeonhole models fit --corpus DIR`"
            ) from error

    def _without_vectors(self, vectors: Mapping[str, SpaceVectors]) -> dict[str, Any]:
        return {
            "fingerprint": asdict(self.fingerprint),
            "vectors": {name: _digest(part) for name, part in vectors.items()},
            "calibration": asdict(self.calibration),
            "lexicon": {"words": self.lexicon.words, "idf": self.lexicon.idf},
        }


def _vectors_path(stem: Path, embedder: str, count: int) -> Path:
    return stem.with_name(f"{stem.name if count == 1 else embedder}.npz")


def _load_vectors(stem: Path, digests: Mapping[str, str]) -> dict[str, SpaceVectors]:
    vectors = {}
    for name, digest in digests.items():
        path = _vectors_path(stem, name, len(digests))
        with np.load(path, allow_pickle=False) as arrays:
            parts = {key: arrays[key].astype(np.float32) for key in arrays.files}
        vectors[name] = SpaceVectors(**parts)
        if _digest(vectors[name]) != digest:
            raise ValueError(f"{path.name} is of another fit")
    return vectors


def _digest(vectors: SpaceVectors) -> str:
    whole = hashlib.sha256()
    for name, value in asdict(vectors).items():
        whole.update(f"{name} {value.shape}".encode())
        whole.update(value.tobytes())
    return whole.hexdigest()[:16]


def _said(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, tuple) else repr(value)
