import numpy as np
import pytest

from app.jobs.values import Rule
from tests.unit.worker.classification.small_knowledge import KNOWLEDGE
from worker.classification.knowledge.names import FoundName, NameFinder
from worker.classification.scoring.naming import WEIGHT, Naming, bonuses

TYPES = [rule.type for rule in KNOWLEDGE.rules]
NAMING = Naming(KNOWLEDGE, NameFinder(KNOWLEDGE.names), related=(0.4, 0.6))


def relations(name: str, **cosines: float) -> dict[str, float]:
    """Return how far the title of each type speaks for a rule; the others are left out."""
    compared = np.zeros((1, len(TYPES)), dtype=np.float32)
    for type_, cosine in cosines.items():
        compared[0, TYPES.index(type_.replace("_", " "))] = cosine
    (found,) = NAMING.relations([Rule(name, "")], compared)
    return {
        type_: round(float(value), 3)
        for type_, value in zip(TYPES, found, strict=True)
        if value > 0
    }


@pytest.mark.parametrize("name", ["invoice", "Rechnung", "INVOICE"])
def test_a_title_speaks_for_the_rule_of_its_name(name: str):
    assert relations(name)["invoice"] == 1.0


def test_the_title_of_a_kind_speaks_for_the_rule_above_it():
    assert relations("contract") == {
        "contract": 1.0,
        "tenancy agreement": 0.8,
        "holiday let": 0.64,
    }


def test_the_title_of_a_broader_type_speaks_for_a_finer_rule():
    assert relations("holiday let") == {
        "contract": 0.6,
        "tenancy agreement": 0.6,
        "holiday let": 1.0,
    }


def test_a_name_that_other_types_share_is_no_own_name():
    assert relations("fiscal document") == {}


def test_a_title_speaks_for_a_rule_that_is_near_to_its_type():
    assert relations("zorbal sheet", receipt=0.6) == {"receipt": 1.0}
    assert relations("zorbal sheet", receipt=0.5) == {"receipt": 0.5}
    assert relations("zorbal sheet", receipt=0.4) == {}


def test_a_title_speaks_for_a_rule_that_is_near_to_a_type_above_it():
    assert relations("zorbal sheet", bill=0.6) == {"bill": 1.0, "invoice": 0.8, "tax invoice": 0.64}


def test_a_type_farther_than_the_nearest_one_is_not_related():
    assert relations("zorbal sheet", receipt=0.9, contract=0.69) == {"receipt": 1.0}
    assert relations("zorbal sheet", receipt=0.9, holiday_let=0.8) == {
        "receipt": 1.0,
        "holiday let": 0.5,
    }


def test_a_name_says_more_than_the_likeness_of_a_description():
    assert relations("receipt", invoice=0.6) == {
        "receipt": 1.0,
        "invoice": 0.8,
        "tax invoice": 0.64,
    }


def found(type_: str, strength: float) -> FoundName:
    return FoundName(KNOWLEDGE.rows[type_], type_, type_, strength)


INVOICE, RECEIPT, CONTRACT = Rule("invoice", ""), Rule("receipt", ""), Rule("contract", "")


@pytest.mark.parametrize(
    ("names", "shares"),
    [
        ([], [0, 0, 0]),
        ([found("invoice", 1.0)], [1, 0, 0]),
        ([found("invoice", 0.5)], [0.5, 0, 0]),
        ([found("tax invoice", 1.0)], [0.8, 0, 0]),
        ([found("bill", 1.0)], [0.6, 0, 0]),
        ([found("receipt", 1.0), found("invoice", 0.5)], [0.5, 1, 0]),
        ([found("tax invoice", 1.0), found("invoice", 0.9)], [0.9, 0, 0]),
        ([found("holiday let", 0.5)], [0, 0, 0.32]),
    ],
)
def test_the_best_name_counts_for_each_rule(names: list[FoundName], shares: list[float]):
    rules = [INVOICE, RECEIPT, CONTRACT]
    compared = np.zeros((len(rules), len(TYPES)), dtype=np.float32)
    added = bonuses(names, NAMING.relations(rules, compared))
    assert added.tolist() == pytest.approx([WEIGHT * share for share in shares])


def test_a_rule_that_is_no_known_type_gets_its_own_name():
    unrelated = np.zeros((2, len(TYPES)), dtype=np.float32)
    assert bonuses([], unrelated, [0.0, 0.9]).tolist() == pytest.approx([0, 0.9 * WEIGHT])
    titled = bonuses([found("invoice", 1.0)], unrelated, [0.5, 0.0])
    assert titled.tolist() == pytest.approx([0.5 * WEIGHT, 0])
