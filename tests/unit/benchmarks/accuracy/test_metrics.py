import numpy as np
import pytest

from benchmarks.accuracy import metrics
from benchmarks.accuracy.metrics import Sample
from tests.unit.benchmarks.accuracy.scored_documents import TYPES, scored


@pytest.fixture
def sample() -> Sample:
    documents = [
        scored("invoice", 3, 1, -1),
        scored("recipe", 2, 1, -2, source="b"),
        scored("poem", -1, -2, -3, source="c"),
    ]
    return Sample(documents, "rules", TYPES)


def test_the_best_of_all_rules_counts_where_one_is_right(sample: Sample):
    hits = metrics.choice_hits(sample)
    assert hits[:2].tolist() == [1, 0]
    assert np.isnan(hits[2])
    assert metrics.mean_hit(hits) == 0.5


def test_forced_choice_among_two(sample: Sample):
    hits = metrics.forced_hits(sample, 2)
    assert hits[0] == 1
    assert 0 < hits[1] < 1  # wrong only beside "invoice"


def test_more_rules_than_there_are_give_no_figure(sample: Sample):
    assert np.isnan(metrics.forced_choice(sample, 4))
    assert np.isnan(metrics.null_auroc(sample, 3))


def test_null_is_right_when_the_right_rule_is_absent(sample: Sample):
    made = [
        metrics.decided_on(sample, sample.documents[0], [0, 1], present=True),
        metrics.decided_on(sample, sample.documents[0], [1, 2], present=False),
        metrics.decided_on(sample, sample.documents[2], [0, 1], present=False),
    ]
    assert [item.is_right for item in made] == [True, False, True]
    assert metrics.null_precision_recall(made) == (1.0, 0.5)
