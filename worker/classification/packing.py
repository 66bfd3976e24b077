"""The bytes in which the text and the comparisons of a document are cached.

Unpacked they are the same to the last bit, so verdicts do not depend on the cache. A head of
compressed JSON is followed by arrays of float32.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from operator import attrgetter
from typing import Any

import numpy as np

from worker.classification.embedders.base import Vectors
from worker.classification.features.chunks import Chunk
from worker.classification.features.headings import HeadingPart
from worker.classification.knowledge.names import FoundName
from worker.classification.knowledge.phrases import FoundAct
from worker.classification.scoring.channels import Level
from worker.classification.scoring.comparison import Comparison, SpaceComparison
from worker.classification.scoring.document_text import DocumentText
from worker.classification.scoring.space import DocumentVectors

_SIZE = struct.Struct("<I")
# It is written once and read rarely; more effort saves little.
_EFFORT = 1

# `dataclasses.astuple` copies in depth, which takes longer than everything else here.
_of_chunk, _of_heading, _of_name, _of_act, _of_level = (
    attrgetter(*(field.name for field in fields(kind)))
    for kind in (Chunk, HeadingPart, FoundName, FoundAct, Level)
)


def pack_first(text: DocumentText, comparison: Comparison) -> bytes:
    """Return what a document's text says and its first comparison as bytes."""
    words = np.array(list(text.words.values()), dtype=np.float32)
    head = {"text": _text_head(text), "comparison": _comparison_head(comparison)}
    return _pack(head, [words, *_comparison_arrays(comparison)])


def unpack_first(data: bytes) -> tuple[DocumentText, Comparison]:
    """Return what `pack_first` packed; raises ValueError for other bytes."""
    with _refusing_others():
        head, arrays = _unpack(data)
        return _text(head["text"], arrays), _comparison(head["comparison"], arrays)


def pack_later(comparison: Comparison) -> bytes:
    """Return a later comparison of a document as bytes."""
    return _pack({"comparison": _comparison_head(comparison)}, _comparison_arrays(comparison))


def unpack_later(data: bytes) -> Comparison:
    """Return what `pack_later` packed; raises ValueError for other bytes."""
    with _refusing_others():
        head, arrays = _unpack(data)
        return _comparison(head["comparison"], arrays)


@contextmanager
def _refusing_others() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError, StopIteration, struct.error, zlib.error) as error:
        raise ValueError("not a comparison of a document") from error


def _text_head(text: DocumentText) -> dict[str, Any]:
    return {
        "chunks": list(map(_of_chunk, text.chunks)),
        "titles": text.titles,
        "headings": list(map(_of_heading, text.headings)),
        "names": list(map(_of_name, text.names)),
        "acts": list(map(_of_act, text.acts)),
        "words": list(text.words),
        "cues": text.cues,
        "scripts": text.scripts,
        "tokens": text.tokens,
        "characters": text.characters,
    }


def _text(head: dict[str, Any], arrays: Iterator[Vectors]) -> DocumentText:
    return DocumentText(
        chunks=tuple(Chunk(*fields) for fields in head["chunks"]),
        titles=tuple(head["titles"]),
        headings=tuple(
            HeadingPart(text, line, tuple(words), letters, weight)
            for text, line, words, letters, weight in head["headings"]
        ),
        names=tuple(FoundName(*fields) for fields in head["names"]),
        acts=tuple(FoundAct(row, tuple(phrases), weight) for row, phrases, weight in head["acts"]),
        words=dict(zip(head["words"], next(arrays).tolist(), strict=True)),
        cues=tuple(head["cues"]),
        scripts=head["scripts"],
        tokens=head["tokens"],
        characters=head["characters"],
    )


def _comparison_head(comparison: Comparison) -> dict[str, Any]:
    return {
        "words": _of_level(comparison.words),
        "spaces": [
            [number, {name: _of_level(level) for name, level in space.levels.items()}]
            for number, space in comparison.spaces.items()
        ],
    }


def _comparison_arrays(comparison: Comparison) -> list[Vectors]:
    arrays = [comparison.panel]
    for space in comparison.spaces.values():
        arrays += [space.vectors.chunks, space.vectors.titles, space.by_type]
    return arrays


def _comparison(head: dict[str, Any], arrays: Iterator[Vectors]) -> Comparison:
    panel = next(arrays)
    spaces = {}
    for number, levels in head["spaces"]:
        chunks, titles, by_type = next(arrays), next(arrays), next(arrays)
        spaces[int(number)] = SpaceComparison(
            DocumentVectors(chunks, titles),
            by_type,
            {name: Level(*level) for name, level in levels.items()},
        )
    return Comparison(spaces, Level(*head["words"]), panel)


def _pack(head: dict[str, Any], arrays: list[Vectors]) -> bytes:
    whole = json.dumps({**head, "shapes": [array.shape for array in arrays]})
    packed = zlib.compress(whole.encode("ascii"), _EFFORT)
    bodies = (np.ascontiguousarray(array, dtype="<f4").tobytes() for array in arrays)
    return b"".join([_SIZE.pack(len(packed)), packed, *bodies])


def _unpack(data: bytes) -> tuple[dict[str, Any], Iterator[Vectors]]:
    (size,) = _SIZE.unpack_from(data)
    start = _SIZE.size + size
    head = json.loads(zlib.decompress(data[_SIZE.size : start]))
    return head, _arrays(data, start, head["shapes"])


def _arrays(data: bytes, start: int, shapes: list[list[int]]) -> Iterator[Vectors]:
    for shape in shapes:
        count = int(np.prod(shape))
        # Copied, because arrays over bytes cannot be written to and may not be aligned.
        yield np.frombuffer(data, "<f4", count, start).reshape(shape).astype(np.float32)
        start += 4 * count
