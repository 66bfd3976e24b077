"""What is cached of a document: the same bits after it was kept, and nothing else is accepted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pytest

from app.jobs.values import Rule
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.engine import Engine
from worker.classification.packing import pack_first, pack_later, unpack_first, unpack_later
from worker.classification.scoring.channels import Level
from worker.classification.scoring.comparison import Comparison, SpaceComparison
from worker.classification.scoring.space import DocumentVectors
from worker.parsing.document import Document, DocumentPage

T = TypeVar("T")

BITS = np.array([0, 1, 0x80000000, 0x7F800000, 0x7FC00001, 0xFFC00000], dtype=np.uint32)
FLOATS = BITS.view(np.float32)
COMPARISON = Comparison(
    {
        1: SpaceComparison(
            DocumentVectors(FLOATS.reshape(2, 3), np.zeros((0, 3), np.float32)),
            FLOATS.reshape(2, 3),
            {"description": Level(0.1 + 0.2, 1 / 3)},
        )
    },
    Level(1e-9, 0.0),
    FLOATS,
)


@dataclass(slots=True)
class Memory:
    """Keeps bytes by their names."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def find(self, name: str, unpack: Callable[[bytes], T]) -> T | None:
        return unpack(self.kept[name]) if name in self.kept else None

    def add(self, name: str, data: bytes) -> None:
        assert name not in self.kept, "nothing is computed twice"
        self.kept[name] = data


@pytest.mark.parametrize(
    "text",
    [
        TEXTS["invoice", "en"],
        TEXTS["recipe", "es"],
        TEXTS["contract", "ar"],
        "Total 7 \ud800",
        "Zorbal sheet 4\n" * 300,
    ],
    ids=["invoice", "recipe", "contract", "short", "long"],
)
def test_a_verdict_from_what_was_kept_is_the_same_to_the_last_bit(
    engine: Engine, rules: list[Rule], text: str
) -> None:
    document, memory = Document("txt", (DocumentPage(0, text),), 1), Memory()
    others = [Rule("zorbal sheet", "It lists zorbals (not an invoice)."), *rules[3:]]

    first = [engine.judge(engine.embed(document, memory), given) for given in (rules, others)]
    kept = dict(memory.kept)
    second = [engine.judge(engine.embed(document, memory), given) for given in (others, rules)]

    assert first == second[::-1] == [engine.classify(document, given) for given in (rules, others)]
    assert memory.kept == kept
    assert kept


def test_any_bits_come_back() -> None:
    again = unpack_later(pack_later(COMPARISON))

    assert again.panel.tobytes() == FLOATS.tobytes()
    assert again.words == COMPARISON.words
    space, expected = again.spaces[1], COMPARISON.spaces[1]
    assert space.vectors.chunks.tobytes() == space.by_type.tobytes() == FLOATS.tobytes()
    assert space.vectors.titles.shape == (0, 3)
    assert space.levels == expected.levels


def test_what_a_text_says_comes_back(engine_alone: Engine) -> None:
    document = Document("txt", (DocumentPage(0, "請求書\nINVOICE no. 7\n\ud800 Total"),), 1)
    text = engine_alone.scorer.read(document)

    assert unpack_first(pack_first(text, COMPARISON))[0] == text


@pytest.mark.parametrize(
    "data",
    [b"", b"garbage", b"\xff" * 40, pack_later(COMPARISON)[:-1], pack_later(COMPARISON)[:30]],
    ids=["empty", "garbage", "bytes", "cut", "cut in its head"],
)
@pytest.mark.parametrize("unpack", [unpack_first, unpack_later])
def test_anything_else_is_refused(unpack: Callable[[bytes], object], data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack(data)
