"""Parts of scoring that benchmarks leave out."""

import numpy as np
import pytest

from app.jobs.values import Rule
from worker.classification.embedders.base import normalise
from worker.classification.engine import Engine
from worker.classification.loading import constants_name, data_directory
from worker.classification.scoring.constants import Constants
from worker.classification.scoring.parts import Parts
from worker.classification.scoring.scorer import Scorer
from worker.classification.scoring.scores import Scores
from worker.classification.scoring.space import BankSamples
from worker.parsing.document import Document, DocumentPage

RULES = [
    Rule("contract", "A legal agreement between parties."),
    Rule("email", "An e-mail message with sender, recipient and subject."),
    Rule("Haftnotiz", "A short note."),
]
TEXT = (
    "Haftnotiz\n\nTENANCY AGREEMENT\n\nThe landlord lets the flat to the tenant for a legal term"
    " of one year. The tenant pays the rent on the first of each month and a deposit."
)
MAIL = Document("eml", (DocumentPage(0, TEXT),), 1)


def scores(scorer: Scorer) -> Scores:
    text = scorer.read(MAIL)
    return scorer.score(text, scorer.compare(text, scorer.depths[-1]), RULES)


@pytest.fixture(scope="module")
def bare(engine_alone: Engine) -> Scorer:
    """A scorer without all the parts that can be left out."""
    with data_directory() as directory:
        constants = Constants.load(directory / constants_name(engine_alone.scorer.embedders))
    return Scorer(
        engine_alone.scorer.embedders,
        constants.vectors,
        constants.lexicon,
        engine_alone.scorer.knowledge,
        Parts(
            names=False,
            acts=False,
            kinds=False,
            words=False,
            form=False,
            nearest_samples=1,
            left_out_cues=("email",),
        ),
    )


def test_what_is_left_out_counts_nothing(engine_alone: Engine, bare: Scorer) -> None:
    whole, without = scores(engine_alone.scorer), scores(bare)

    assert (len(whole.cues), len(without.cues)) == (1, 0)
    assert whole.named[0] > 0
    assert whole.named[2] > 0
    assert not without.named.any()
    assert not np.array_equal(whole.rules, whole.own)
    assert np.array_equal(without.rules, without.own)


def test_only_the_channels_are_left_in_the_score(bare: Scorer) -> None:
    found = scores(bare)
    channels = found.channels.values()
    mean = sum(channel.scores * channel.weights for channel in channels)

    assert found.own == pytest.approx(mean / sum(channel.weights for channel in channels), abs=1e-5)


def test_chunks_are_compared_without_the_form_map(bare: Scorer) -> None:
    chunks = normalise(np.eye(len(bare.lead.form), dtype=np.float32)[:2] + 0.5)

    assert bare.lead.by_form(chunks) == pytest.approx(chunks, abs=1e-6)


@pytest.mark.parametrize(("nearest", "cosine"), [(1, 1.0), (2, 0.9), (3, 0.6)])
def test_a_chunk_is_compared_with_so_many_samples(nearest: int, cosine: float) -> None:
    samples = np.array([[0, 1], [1, 0], [0.8, 0.6], [0, -1]], dtype=np.float32)
    bank = BankSamples(samples, np.zeros(4, dtype=np.int64), 1, nearest)

    assert bank.nearest(np.array([[1, 0]], dtype=np.float32))[0, 0] == pytest.approx(cosine)
