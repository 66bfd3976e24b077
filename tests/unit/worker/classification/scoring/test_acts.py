"""How much phrases add to rules: less beside a heading and in a long text, and never too much."""

import numpy as np
import pytest

from worker.classification.knowledge.names import FoundName
from worker.classification.knowledge.phrases import FoundAct
from worker.classification.scoring.naming import ACT_WEIGHT, act_bonuses

PAYS, ORDERS = 0, 1
# Two rules and two types: the first rule means the first type, the second half of the second.
RELATIONS = np.array([[1.0, 0.0], [0.0, 0.5]], dtype=np.float32)


def act(row: int, weight: float) -> FoundAct:
    return FoundAct(row, ("payable within 14 days",), weight)


def test_phrases_speak_for_the_rules_of_their_type() -> None:
    bonuses = act_bonuses([act(PAYS, 1.5), act(ORDERS, 3.0)], [], 500, RELATIONS)

    assert bonuses == pytest.approx([ACT_WEIGHT / 2, ACT_WEIGHT / 2])


def test_many_phrases_say_no_more_than_enough_of_them() -> None:
    assert act_bonuses([act(PAYS, 9.0)], [], 500, RELATIONS) == pytest.approx([ACT_WEIGHT, 0])


@pytest.mark.parametrize(("strength", "share"), [(0.2, 0.96), (1.0, 0.0)])
def test_a_sure_heading_leaves_nothing_to_phrases(strength: float, share: float) -> None:
    names = [FoundName(ORDERS, "order", "Order", strength)]

    bonuses = act_bonuses([act(PAYS, 3.0)], names, 500, RELATIONS)

    assert bonuses == pytest.approx([share * ACT_WEIGHT, 0], abs=1e-6)


def test_in_a_long_text_phrases_count_less() -> None:
    bonuses = act_bonuses([act(PAYS, 3.0)], [], 8_000, RELATIONS)

    assert bonuses == pytest.approx([ACT_WEIGHT / 4, 0])


def test_without_phrases_no_rule_gains() -> None:
    assert act_bonuses([], [], 500, RELATIONS).tolist() == [0.0, 0.0]
