import numpy as np
import pytest

from tests.unit.worker.classification.small_knowledge import KNOWLEDGE
from worker.classification.knowledge.names import NameFinder
from worker.classification.scoring.hierarchy import (
    Kinds,
    Resolution,
    covered_types,
    lift,
    narrowed,
    only_related,
    resolve,
    synonyms_meant,
)
from worker.classification.scoring.tuning import E5

PANEL = [rule.type for rule in KNOWLEDGE.panel]
KNOWN = 0.5
INFINITE = np.inf


def resolve_with(name: str, description: str = "", **cosines: float) -> Resolution:
    """Resolve a rule with cosines to some types; `tax_invoice` stands for "tax invoice"."""
    values = np.zeros(len(KNOWLEDGE.rules), dtype=np.float32)
    for type_, cosine in cosines.items():
        values[KNOWLEDGE.rows[type_.replace("_", " ")]] = cosine
    finder = NameFinder(KNOWLEDGE.names)
    described = finder.rows_named(description)
    synonyms = synonyms_meant(finder.rows_of(name), described, values, KNOWN)
    if name in KNOWLEDGE.rows:
        synonyms = [KNOWLEDGE.rows[name]]
    meant = [narrowed(row, values, KNOWLEDGE, KNOWN) for row in synonyms]
    named = only_related(finder.rows_in(name), values)
    return resolve(meant, named, values, KNOWLEDGE, KNOWN)


def meant(resolution: Resolution) -> list[str]:
    return [KNOWLEDGE.rules[row].type for row in resolution.rows]


def steps(resolution: Resolution) -> dict[str, float]:
    """Return the steps to the kinds that a resolution leads to."""
    pairs = zip(PANEL, resolution.steps.tolist(), strict=True)
    return {type_: distance for type_, distance in pairs if distance < INFINITE}


def test_a_rule_with_the_name_of_a_type_means_it_whatever_is_nearer():
    resolution = resolve_with("contract", receipt=0.9)
    assert meant(resolution) == ["contract"]
    assert steps(resolution) == {"contract": 0, "tenancy agreement": 1, "holiday let": 2}


def test_a_rule_of_a_name_means_a_kind_that_its_description_clearly_means():
    assert meant(resolve_with("contract", tenancy_agreement=0.6)) == ["tenancy agreement"]
    assert meant(resolve_with("contract", contract=0.55, tenancy_agreement=0.6)) == ["contract"]


def test_a_rule_with_the_name_of_an_abstract_type_means_its_kinds():
    assert steps(resolve_with("bill")) == {"invoice": 1, "tax invoice": 2}


@pytest.mark.parametrize(
    ("cosines", "types"),
    [
        ({"receipt": 0.6}, ["receipt"]),
        ({"receipt": 0.6, "contract": 0.52}, ["receipt"]),
        ({"receipt": 0.6, "contract": 0.56}, ["receipt", "contract"]),
        ({"receipt": 0.51, "contract": 0.49}, ["receipt"]),
        ({"contract": 0.6, "holiday_let": 0.59}, ["contract"]),
        ({"contract": 0.59, "holiday_let": 0.6}, ["holiday let"]),
        ({"receipt": 0.6, "contract": 0.59, "invoice": 0.58}, ["receipt", "contract"]),
        ({"receipt": 0.49}, []),
    ],
)
def test_any_other_rule_means_what_is_near(cosines: dict[str, float], types: list[str]):
    assert meant(resolve_with("zorbal sheet", **cosines)) == types


@pytest.mark.parametrize(
    ("name", "cosine", "types"),
    [
        ("rechnung", 0.3, ["invoice"]),
        ("rechnung lieferant", 0.3, ["invoice"]),
        ("signed tenancy agreement", 0.3, ["tenancy agreement"]),
        ("rechnung lieferant", 0.1, ["receipt"]),
    ],
)
def test_a_name_in_the_name_of_a_rule_says_what_it_means(
    name: str, cosine: float, types: list[str]
):
    near = resolve_with(name, invoice=cosine, tenancy_agreement=cosine, receipt=0.6)
    assert meant(near) == types


@pytest.mark.parametrize(
    ("description", "nearest", "types"),
    [
        ("Forderung", 0.35, ["invoice"]),
        ("Tenancy agreement of a flat", 0.25, ["invoice"]),
        ("Tenancy agreement of a flat", 0.35, []),
        ("Forderung", 0.55, ["tenancy agreement"]),
    ],
)
def test_a_rule_in_another_language_means_the_type_that_has_its_name(
    description: str, nearest: float, types: list[str]
):
    # Its description is far from all types, which are described in English.
    found = resolve_with("rechnung", description, invoice=0.1, tenancy_agreement=nearest)
    assert meant(found) == types


def test_a_name_of_two_types_means_the_wider_if_the_description_says_nothing():
    assert meant(resolve_with("agreement", tenancy_agreement=0.3, contract=0.2)) == ["contract"]
    assert meant(resolve_with("agreement", tenancy_agreement=0.6, contract=0.2)) == [
        "tenancy agreement"
    ]


def test_only_the_whole_name_of_a_rule_does_so():
    assert meant(resolve_with("rechnung lieferant", invoice=0.1, contract=0.25)) == []


def test_a_rule_that_means_nothing_leads_nowhere():
    assert steps(resolve_with("zorbal sheet", receipt=0.3)) == {}


def test_a_rule_that_means_two_types_leads_to_the_kinds_of_both():
    assert steps(resolve_with("zorbal sheet", tenancy_agreement=0.6, invoice=0.6)) == {
        "invoice": 0,
        "tax invoice": 1,
        "tenancy agreement": 0,
        "holiday let": 1,
    }


def lifted(scores: list[float], panel: dict[str, float], names: list[str]) -> list[float]:
    """Return the lifted scores of rules with the names of types."""
    values = np.array([panel.get(type_, -9.0) for type_ in PANEL], dtype=np.float32)
    kinds = Kinds.of(np.stack([resolve_with(name).steps for name in names]))
    return lift(np.array(scores, dtype=np.float32), values, kinds).tolist()


def test_a_kind_that_fits_better_lifts_a_rule_half_of_the_way():
    assert lifted([1.0], {"holiday let": 5.25}, ["contract"]) == [3.0]


def test_the_best_kind_lifts():
    panel = {"contract": 2.0, "tenancy agreement": 3.25, "holiday let": 1.0}
    assert lifted([1.0], panel, ["contract"]) == [2.0]


@pytest.mark.parametrize("kind", [0.0, 1.0, 1.25])
def test_a_kind_that_fits_hardly_better_changes_nothing(kind: float):
    assert lifted([1.0], {"holiday let": kind}, ["contract"]) == [1.0]


def test_the_finer_rule_keeps_its_kind():
    panel = {"holiday let": 5.25}
    assert lifted([1.0, 1.0], panel, ["contract", "tenancy agreement"]) == [1.0, 3.0]
    assert lifted([1.0, 1.0], panel, ["holiday let", "contract"]) == [3.0, 1.0]


def test_rules_that_are_equally_near_to_a_kind_are_lifted_both():
    assert lifted([1.0, 0.0], {"receipt": 5.25}, ["receipt", "receipt"]) == [3.0, 2.5]


def test_a_rule_that_means_nothing_is_not_lifted():
    assert lifted([1.0], {"receipt": 9.0}, ["zorbal sheet"]) == [1.0]


def covered(resolution: Resolution, **cosines: float) -> set[str]:
    values = np.zeros((1, len(PANEL)), dtype=np.float32)
    for type_, cosine in cosines.items():
        values[0, PANEL.index(type_)] = cosine
    (flags,) = covered_types(values, [resolution], E5)
    return {type_ for type_, is_covered in zip(PANEL, flags, strict=True) if is_covered}


def test_a_rule_covers_the_kinds_of_what_it_means():
    assert covered(resolve_with("bill")) == {"invoice", "tax invoice"}


def test_a_rule_covers_descriptions_that_are_nearly_its_own():
    near = (E5.explained + E5.same) / 2
    assert covered(resolve_with("receipt"), invoice=E5.same, contract=near) == {
        "receipt",
        "invoice",
    }


def test_a_rule_that_means_nothing_covers_all_that_is_near():
    nothing = resolve_with("zorbal sheet")
    assert covered(nothing, invoice=E5.explained + 0.01, contract=E5.explained - 0.01) == {
        "invoice"
    }
