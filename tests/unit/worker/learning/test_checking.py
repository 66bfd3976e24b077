"""How much labels count, by what the check finds at each weight."""

from collections.abc import Sequence

import pytest

from worker.classification.learning.model import LabelWeight
from worker.learning.checking import CheckedVerdict, choose_weight

FILES = 20


def choose(
    right: dict[float, int], lifted: int = 0, labels_per_type: float = 5
) -> LabelWeight | None:
    """Return the weight that is chosen if so many of FILES verdicts are right at each strength.

    Those of strength 0 are of the engine alone, `lifted` those with any lift.
    """

    def judge_all(weight: LabelWeight | None) -> Sequence[CheckedVerdict]:
        count = right[0 if weight is None else weight.strength]
        if weight is not None and weight.lift:
            count = max(count, lifted)
        return [CheckedVerdict(int(row >= count), 0.9, 0, 0.1) for row in range(FILES)]

    choice = choose_weight(judge_all, [0] * FILES, labels_per_type)
    return choice.weight if choice.is_gain else None


@pytest.mark.parametrize(
    ("right", "chosen"),
    [
        ({0: 10, 1: 18, 2: 17, 3: 16}, 3),
        ({0: 10, 1: 18, 2: 17, 3: 10}, 2),
        ({0: 10, 1: 10, 2: 10, 3: 9}, None),
    ],
)
def test_the_greatest_strength_that_gains_clearly_counts(
    right: dict[float, int], chosen: float | None
) -> None:
    assert choose(right) == (None if chosen is None else LabelWeight(chosen))


def test_one_label_of_a_type_counts_less() -> None:
    assert choose({0: 10, 1: 18, 2: 18, 3: 20}, labels_per_type=1) == LabelWeight(2)


def test_a_lift_has_to_gain_much() -> None:
    right = {0: 10, 1: 10, 2: 10, 3: 10}

    assert choose(right, lifted=11) is None
    assert choose(right, lifted=18) == LabelWeight(3, 4)
