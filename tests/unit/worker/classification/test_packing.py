"""Vectors of passages: the same bits after they were kept, under a key that tells them apart."""

import io

import numpy as np
import pytest

from app.jobs.values import Rule
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.embedders.base import Embedder, Kind, Vectors
from worker.classification.embedders.passage_cache import fresh_vectors, pack, unpack, vectors_key
from worker.classification.engine import Engine
from worker.parsing.document import Document, DocumentPage


class Named:
    """An embedder in name only."""

    dimension = 2

    def __init__(self, name: str, version: str) -> None:
        self.name = name
        self.version = version

    def embed(self, texts: list[str], kind: Kind) -> Vectors:  # noqa: ARG002  # all the same to it
        return np.zeros((len(texts), self.dimension), dtype=np.float32)


ONE = Named("one", "1")


def test_a_verdict_from_kept_vectors_is_the_same_to_the_last_bit(
    engine: Engine, rules: list[Rule]
) -> None:
    kept: dict[str, bytes] = {}

    def keep(embedder: Embedder, texts: list[str]) -> Vectors:
        vectors = fresh_vectors(embedder, texts)
        kept[vectors_key(embedder, texts)] = pack(vectors)
        return vectors

    def known(embedder: Embedder, texts: list[str]) -> Vectors:
        data = kept[vectors_key(embedder, texts)]
        return unpack(data, (len(texts), embedder.dimension))

    texts = (TEXTS["invoice", "en"], TEXTS["recipe", "es"], "Total 7")
    types = []
    for text in texts:
        document = Document("txt", (DocumentPage(0, text),), 1)
        first = engine.judge(engine.embed(document, keep), rules)
        second = engine.judge(engine.embed(document, known), rules)
        plain = engine.classify(document, rules)
        assert first == second == plain
        types.append(plain.verdict.type)
    # The lines of a quote are kept, too, where a rule fits.
    quotes = sum(type_ is not None for type_ in types)
    assert len(kept) == len(texts) * len(engine.scorer.embedders) + quotes


def test_any_bits_come_back() -> None:
    bits = np.array([0, 1, 0x80000000, 0x7F800000, 0x7FC00001, 0xFFC00000], dtype=np.uint32)
    vectors = bits.view(np.float32).reshape(3, 2)

    again = unpack(pack(vectors), (3, 2))

    assert again.tobytes() == vectors.tobytes()


def test_the_key_changes_with_the_embedder_its_version_and_each_text() -> None:
    keys = {
        vectors_key(embedder, texts)
        for embedder in (ONE, Named("two", "1"), Named("one", "2"))
        for texts in (["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], ['a", "b'])
    }

    assert len(keys) == 15
    assert {len(key) for key in keys} == {64}
    assert vectors_key(ONE, ["a", "b"]) == vectors_key(Named("one", "1"), ("a", "b"))
    assert vectors_key(ONE, ["\ud800"]) != vectors_key(ONE, ["?"])


def with_pickle() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}], dtype=object), allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no vectors",
        pack(np.zeros((2, 2), np.float32))[:-1],
        pack(np.zeros((2, 3), np.float32)),
        pack(np.zeros((2, 2), np.float64)),  # type: ignore[arg-type]
        with_pickle(),
    ],
    ids=["empty", "garbage", "cut", "another shape", "another type", "pickle"],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack(data, (2, 2))
