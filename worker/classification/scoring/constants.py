"""The fitted constants of an engine, and the files that hold them.

`NAME.npz` has an embedder's vectors, `lexicon-DIGEST.json` the lexicon and `NAME.json` the rest.
No file is a pickle.
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
from worker.classification.features.chunks import CHUNK_TOKENS
from worker.classification.knowledge.base import Knowledge
from worker.classification.scoring.calibration import Calibration
from worker.classification.scoring.lexical import Lexicon
from worker.classification.scoring.space import SpaceVectors
from worker.classification.scoring.tuning import depths_of

SCORING_VERSION = 13
"""Increased by hand whenever scores change without a change of the data below."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything that the fitted constants depend on.

    `embedders` are "name version". `chunks` are the numbers of chunks that each embedder reads of
    a document, stage by stage, such as "0+1 4+4".
    """

    embedders: tuple[str, ...]
    knowledge: str
    chunk_tokens: int
    chunks: str
    scoring: int = SCORING_VERSION

    @classmethod
    def of(cls, embedders: Sequence[Embedder], knowledge: Knowledge) -> "Fingerprint":
        """Return the fingerprint of constants for these embedders and this program."""
        depths = depths_of([embedder.name for embedder in embedders])
        return cls(
            embedders=tuple(f"{embedder.name} {embedder.version}" for embedder in embedders),
            knowledge=knowledge.digest,
            chunk_tokens=CHUNK_TOKENS,
            chunks=" ".join("+".join(map(str, depth)) for depth in depths),
        )


@dataclass(frozen=True, slots=True)
class Constants:
    """The output of `pigeonhole models fit`.

    `vectors` has the embedders' names as keys. `calibrations` has one entry for each stage.
    """

    fingerprint: Fingerprint
    vectors: Mapping[str, SpaceVectors]
    lexicon: Lexicon
    calibrations: tuple[Calibration, ...]

    @property
    def calibration(self) -> Calibration:
        """The calibration of the last stage, which is the complete comparison."""
        return self.calibrations[-1]

    def check(self, embedders: Sequence[Embedder], knowledge: Knowledge) -> None:
        """Raise StartupError unless these constants were fitted for the embedders and program."""
        expected = asdict(Fingerprint.of(embedders, knowledge))
        found = asdict(self.fingerprint)
        different = [key for key in expected if expected[key] != found[key]]
        if different:
            key = different[0]
            raise StartupError(
                f"the classifier's constants were fitted for {key.replace('_', ' ')}"
                f" {_quoted(found[key])}, but this program has {_quoted(expected[key])}; fit them"
                " again with `pigeonhole models fit --corpus DIR`"
            )

    def digest(self) -> str:
        """Return a short digest of all constants, which changes with any number."""
        whole = json.dumps(self._without_vectors(self.vectors), sort_keys=True).encode()
        return hashlib.sha256(whole).hexdigest()[:16]

    def save(self, path: Path) -> None:
        """Write `path`.json and beside it the lexicon and the vectors, in half precision.

        Vectors are written to `path`.npz; those of several embedders to a file each, named like
        the embedder, because they do not depend on the other embedders. Constants with the same
        lexicon share its file.
        """
        rounded = {name: vectors.rounded() for name, vectors in self.vectors.items()}
        for name, vectors in rounded.items():
            arrays = {key: value.astype(np.float16) for key, value in asdict(vectors).items()}
            place = _vectors_path(path, name, len(rounded))
            np.savez_compressed(place, allow_pickle=False, **arrays)
        rest = {**self._without_vectors(rounded), "lexicon": self.lexicon.digest()}
        text = json.dumps(rest, ensure_ascii=False, indent=1, sort_keys=True)
        path.with_name(f"{path.name}.json").write_text(text + "\n", encoding="utf-8")
        _lexicon_path(path, self.lexicon.digest()).write_text(self.lexicon.to_json())

    @classmethod
    def load(cls, path: Path) -> "Constants":
        """Read what `save` wrote; raises StartupError when a file is missing or malformed."""
        try:
            rest = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
            vectors = _load_vectors(path, rest["vectors"])
            fingerprint = rest["fingerprint"]
            embedders = tuple(str(embedder) for embedder in fingerprint["embedders"])
            return cls(
                fingerprint=Fingerprint(**{**fingerprint, "embedders": embedders}),
                vectors=vectors,
                lexicon=_load_lexicon(path, rest["lexicon"]),
                calibrations=tuple(map(Calibration.from_json, rest["calibrations"])),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StartupError(
                f"the classifier's constants {path.name} cannot be read ({error}); fit them again"
                " with `pigeonhole models fit --corpus DIR`"
            ) from error

    def _without_vectors(self, vectors: Mapping[str, SpaceVectors]) -> dict[str, Any]:
        return {
            "fingerprint": asdict(self.fingerprint),
            "vectors": {name: _digest(part) for name, part in vectors.items()},
            "calibrations": [asdict(calibration) for calibration in self.calibrations],
            "lexicon": {"words": self.lexicon.words, "idf": self.lexicon.idf},
        }


def _vectors_path(path: Path, embedder: str, count: int) -> Path:
    return path.with_name(f"{path.name if count == 1 else embedder}.npz")


def _lexicon_path(path: Path, digest: str) -> Path:
    return path.with_name(f"lexicon-{digest}.json")


def _load_vectors(path: Path, digests: Mapping[str, str]) -> dict[str, SpaceVectors]:
    vectors = {}
    for name, digest in digests.items():
        file = _vectors_path(path, name, len(digests))
        with np.load(file, allow_pickle=False) as arrays:
            parts = {key: arrays[key].astype(np.float32) for key in arrays.files}
        vectors[name] = SpaceVectors(**parts)
        if _digest(vectors[name]) != digest:
            raise ValueError(f"{file.name} belongs to another fit")
    return vectors


def _load_lexicon(path: Path, digest: str) -> Lexicon:
    file = _lexicon_path(path, digest)
    lexicon = Lexicon.from_json(file.read_text(encoding="utf-8"))
    if lexicon.digest() != digest:
        raise ValueError(f"{file.name} is damaged")
    return lexicon


def _digest(vectors: SpaceVectors) -> str:
    whole = hashlib.sha256()
    for name, value in asdict(vectors).items():
        whole.update(f"{name} {value.shape}".encode())
        whole.update(value.tobytes())
    return whole.hexdigest()[:16]


def _quoted(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, tuple) else repr(value)
