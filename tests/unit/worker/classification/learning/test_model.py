"""How labelled documents count, on vectors that are made up."""

import numpy as np
import pytest

from worker.classification.embedders.base import Vectors, normalise
from worker.classification.learning.model import (
    NULL,
    LabelWeight,
    LearnedModel,
    Neighbour,
    add_up,
    measure_closeness,
)
from worker.classification.learning.storage import pack_model, unpack_model
from worker.learning.held_out import StageVectors, fit_stage, group_copies, held_out_closeness

WEIGHT = LabelWeight(2.0, lift=1.0)
TYPES = ("invoice", "recipe", "letter")
# Two of each type but the last, which has none, and one that no rule fits.
COLUMNS = np.array([0, 0, 1, 1, NULL])


def random_vectors(count: int, seed: int = 0) -> Vectors:
    return normalise(np.random.default_rng(seed).normal(size=(count, 12)).astype(np.float32))


def model_of(vectors: Vectors, weight: LabelWeight | None = WEIGHT) -> LearnedModel:
    rows = np.arange(len(vectors))
    stage = fit_stage(StageVectors(vectors, rows), COLUMNS, len(TYPES), list(rows))
    files = tuple(Neighbour(f"{row}.txt", None, "a line") for row in rows)
    return LearnedModel("1", len(rows), TYPES, weight, (None, stage), files, COLUMNS)


def test_documents_like_labelled_ones_get_their_type() -> None:
    vectors = random_vectors(5)
    learned = model_of(vectors).compare(1, vectors[3], ("letter", "recipe", "invoice"))

    assert learned is not None
    assert int(learned.additions.argmax()) == 1
    assert learned.additions[1] > 0
    assert learned.nearest.file.name == "3.txt"
    assert learned.nearest.similarity == pytest.approx(1, abs=1e-5)


def test_a_document_unlike_all_labelled_ones_is_judged_as_before() -> None:
    nothing = np.full(4, -np.inf, dtype=np.float32)

    assert add_up(nothing, WEIGHT).tolist() == [0, 0, 0]


def test_a_document_like_one_that_no_rule_fits_loses_in_every_rule() -> None:
    vectors = random_vectors(5)
    learned = model_of(vectors).compare(1, vectors[4], TYPES)

    assert learned is not None
    assert (learned.additions < 0).all()


def test_labels_that_do_not_count_add_nothing() -> None:
    vectors = random_vectors(5)

    assert model_of(vectors, weight=None).compare(1, vectors[0], TYPES) is None
    assert model_of(vectors).compare(0, vectors[0], TYPES) is None


def test_what_is_said_of_a_document_comes_from_the_others_only() -> None:
    vectors = random_vectors(5)
    seen = StageVectors(vectors, np.arange(5))
    # The first document of the second type is a copy of one of the first type.
    groups = np.array([0, 1, 1, 3, 4])

    found = held_out_closeness(seen, COLUMNS, 3, range(5), groups, [0, 1, 4])

    for row, others in ((0, [1, 2, 3, 4]), (1, [0, 3, 4]), (4, [0, 1, 2, 3])):
        rest = StageVectors(vectors[others], np.array(others))
        stage = fit_stage(rest, COLUMNS, 3, others)
        wanted = measure_closeness(
            stage.means @ vectors[row], vectors[others] @ vectors[row], COLUMNS[others]
        )
        assert found[row] == pytest.approx(wanted, abs=1e-5)


def test_copies_of_copies_are_one_group() -> None:
    angles = np.array([0.0, 2.0, 0.1, 0.2, 2.05])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    groups = group_copies(vectors, float(np.cos(0.11)))

    assert groups.tolist() == [0, 1, 0, 0, 1]


def test_a_model_survives_its_storage() -> None:
    vectors = random_vectors(5)
    model = model_of(vectors.astype(np.float16).astype(np.float32))

    again = unpack_model(pack_model(model))

    before, after = (each.compare(1, vectors[2], TYPES) for each in (model, again))
    assert before is not None
    assert after is not None
    assert before.additions.tolist() == after.additions.tolist()
    assert before.nearest == after.nearest
    assert (again.version, again.label_count) == ("1", 5)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x80\x04N."], ids=["none", "zip", "pickle"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a learned model|another release|pickled"):
        unpack_model(data)
