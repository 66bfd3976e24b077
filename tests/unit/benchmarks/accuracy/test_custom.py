from collections.abc import Sequence

import numpy as np

from app.jobs.values import Rule
from benchmarks.accuracy.custom import without_own_types
from worker.classification.embedders.base import Kind, Vectors
from worker.classification.knowledge.base import Knowledge, KnownType, Sample


class Axes:
    """An embedder that maps each first letter to a separate direction."""

    name = version = "axes"
    dimension = 26

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:  # noqa: ARG002
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, ord(text[0].lower()) - ord("a")] = 1
        return vectors


def known(*samples: tuple[str, str]) -> Knowledge:
    """Return a panel of ten types without samples and the types that these samples are of."""
    names = [*"abcdefghij", *dict.fromkeys(name for name, _ in samples)]
    types = tuple(KnownType(name, "", (), is_abstract=False) for name in names)
    return Knowledge(types, tuple(Sample(name, "en", text) for name, text in samples), (), {}, {})


def test_types_like_a_rule_lose_their_samples():
    knowledge = known(
        ("bill", "bill one"),
        ("essay", "essay one"),
        ("diary", "diary one"),
        ("bond", "bond one"),
        ("essay", "essay two"),
    )
    left = without_own_types(knowledge, [Rule("bank bill", "")], Axes())
    assert [rule.type for rule in left.bank_types] == ["essay", "diary"]
    assert [sample.text for sample in left.samples] == ["essay one", "diary one", "essay two"]
    assert left.sample_types.tolist() == [0, 1, 0]
    assert left.panel == knowledge.panel


def test_the_nearest_type_goes_even_when_it_is_far():
    knowledge = known(("diary", "diary one"), ("essay", "essay one"))
    left = without_own_types(knowledge, [Rule("zebra pass", "")], Axes())
    assert len(left.bank_types) == 1
    assert len(left.samples) == 1
    assert left.sample_types.tolist() == [0]
