"""The cascade: the small model decides where it is sure, and the large one is asked otherwise."""

from collections.abc import Sequence

import pytest

from app.jobs.values import Rule
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.embedders.base import Embedder, Kind, Vectors
from worker.classification.engine import Engine
from worker.classification.loading import constants_name, data_directory
from worker.classification.scoring.constants import Constants
from worker.classification.scoring.tuning import ENOUGH
from worker.parsing.document import Document, DocumentPage


class Watched:
    """An embedder that counts the passages it embeds."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.version = embedder.version
        self.dimension = embedder.dimension
        self.passages = 0
        self._embedder = embedder

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        self.passages += len(texts) if kind == "passage" else 0
        return self._embedder.embed(texts, kind)


Watching = tuple[Engine, Watched, Watched]


def watching(engine: Engine, *, cascade: bool) -> Watching:
    large, small = (Watched(embedder) for embedder in engine.scorer.embedders)
    with data_directory() as directory:
        constants = Constants.load(directory / constants_name([large, small]))
    return Engine([large, small], constants, cascade=cascade), large, small


@pytest.fixture(scope="module")
def on(engine_of_both: Engine) -> Watching:
    return watching(engine_of_both, cascade=True)


@pytest.fixture(scope="module")
def off(engine_of_both: Engine) -> Watching:
    return watching(engine_of_both, cascade=False)


def document(text: str) -> Document:
    return Document("txt", (DocumentPage(0, text),), 1)


INVOICE = document("INVOICE No. 118\nInvoice date: 3 May 2031\n" + TEXTS["invoice", "en"])


def asked(watching: Watching, given: Document, rules: Sequence[Rule]) -> tuple[float, int, int]:
    """Return the confidence, and how many passages the large and the small model got."""
    engine, large, small = watching
    before = large.passages, small.passages
    confidence = engine.classify(given, rules).verdict.confidence
    return confidence, large.passages - before[0], small.passages - before[1]


def test_a_sure_verdict_does_not_ask_the_large_model(
    on: Watching, off: Watching, rules: list[Rule]
) -> None:
    confidence, large, small = asked(on, INVOICE, rules[:2])

    assert confidence >= ENOUGH
    assert large == 0
    assert small > 0
    assert asked(off, INVOICE, rules[:2])[1] > 0
    verdicts = [engine.classify(INVOICE, rules[:2]).verdict for engine, _, _ in (on, off)]
    assert [verdict.type for verdict in verdicts] == ["invoice", "invoice"]
    said = [verdict.reasoning for verdict in verdicts]
    assert ["The small model was sure" in reasoning for reasoning in said] == [True, False]


def test_an_unsure_one_is_that_of_both(on: Watching, off: Watching, rules: list[Rule]) -> None:
    vague = document("hello there")
    _, large, _ = asked(on, vague, rules)

    assert large == 1
    assert on[0].classify(vague, rules) == off[0].classify(vague, rules)


def test_the_verdict_does_not_depend_on_what_was_asked_before(
    on: Watching, rules: list[Rule]
) -> None:
    engine = on[0]
    embedded = engine.embed(INVOICE)
    embedded.comparison(1)

    assert engine.judge(embedded, rules[:2]) == engine.classify(INVOICE, rules[:2])


def test_a_script_that_the_small_model_has_not_seen_is_left_to_the_large_one(
    on: Watching, rules: list[Rule]
) -> None:
    _, large, small = asked(on, document("חשבונית מס מספר 118 סכום לתשלום"), rules)

    assert (large > 0, small) == (True, 0)


def test_so_is_a_rule_in_such_a_script(on: Watching) -> None:
    given = [Rule("חשבונית", "מסמך שמבקש תשלום"), Rule("recipe", "Cooking instructions.")]
    _, large, _ = asked(on, INVOICE, given)

    assert large > 0


def test_both_ways_have_versions_of_their_own(on: Watching, off: Watching) -> None:
    assert on[0].version != off[0].version
    assert (len(on[0].stages), len(off[0].stages)) == (2, 1)
