from collections.abc import Sequence

import numpy as np

from app.jobs.values import Rule
from benchmarks.accuracy.custom import without_own_types
from worker.classification.embedders.base import Kind, Vectors
from worker.classification.scoring.knowledge import Knowledge


class Axes:
    """An embedder that maps each first letter to a separate direction."""

    name = version = "axes"
    dimension = 26

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:  # noqa: ARG002
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, ord(text[0].lower()) - ord("a")] = 1
        return vectors


def test_types_like_a_rule_go_with_their_samples():
    knowledge = Knowledge(
        panel=tuple(Rule(name, "") for name in "abcdefghij"),
        bank_types=(Rule("bill", ""), Rule("diary", ""), Rule("bond", ""), Rule("essay", "")),
        samples=("bill one", "essay one", "diary one", "bond one", "essay two"),
        sample_types=(0, 3, 1, 2, 3),
        sample_languages=("", "", "", "", ""),
    )
    left = without_own_types(knowledge, [Rule("bank bill", "")], Axes())
    assert [rule.type for rule in left.bank_types] == ["diary", "essay"]
    assert left.samples == ("essay one", "diary one", "essay two")
    assert left.sample_types == (1, 0, 1)
    assert left.panel == knowledge.panel


def test_the_nearest_type_goes_even_when_it_is_far():
    knowledge = Knowledge(
        panel=tuple(Rule(name, "") for name in "abcdefghij"),
        bank_types=(Rule("diary", ""), Rule("essay", "")),
        samples=("diary one", "essay one"),
        sample_types=(0, 1),
        sample_languages=("", ""),
    )
    left = without_own_types(knowledge, [Rule("zebra pass", "")], Axes())
    assert len(left.bank_types) == 1
    assert len(left.samples) == 1
    assert left.sample_types == (0,)
