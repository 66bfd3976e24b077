"""How labelled documents count, on vectors that are made up."""

from collections.abc import Sequence

import numpy as np
import pytest

from worker.classification.embedders.base import Vectors, normalise
from worker.classification.learning.form import SCALES
from worker.classification.learning.model import (
    NULL,
    LabelWeight,
    LearnedModel,
    Neighbour,
    measure_closeness,
    measure_likeness,
    weigh_lessons,
)
from worker.classification.learning.storage import pack_model, unpack_model
from worker.learning.held_out import StageVectors, compare_held_out, fit_stage, group_copies

WEIGHT = LabelWeight(2.0, lift=1.0)
TYPES = ("invoice", "recipe", "letter")
# Two of each type but the last, which has none, and one that no rule fits.
COLUMNS = np.array([0, 0, 1, 1, NULL])


def random_vectors(count: int, seed: int = 0) -> Vectors:
    """Vectors of documents whose texts are of no form."""
    random = np.random.default_rng(seed).normal(size=(count, 12)).astype(np.float32)
    return np.pad(normalise(random), ((0, 0), (0, len(SCALES))))


def seen_as(vectors: Vectors, rows: Sequence[int] = range(5)) -> StageVectors:
    """The documents in these rows, each with the same scores of all rules."""
    places = np.arange(len(rows))
    scores = np.zeros((len(rows), len(TYPES)), dtype=np.float32)
    return StageVectors(vectors[list(rows)], np.array(rows), scores, places)


def model_of(vectors: Vectors, weight: LabelWeight | None = WEIGHT) -> LearnedModel:
    rows = np.arange(len(vectors))
    stage = fit_stage(seen_as(vectors), COLUMNS, len(TYPES), list(rows))
    labels = [None if column == NULL else TYPES[column] for column in COLUMNS]
    files = tuple(Neighbour(f"{row}.txt", labels[row], "a line") for row in rows)
    return LearnedModel("1", len(rows), TYPES, weight, (None, stage), files, COLUMNS)


def test_documents_like_labelled_ones_get_their_type() -> None:
    vectors = random_vectors(5)
    learned = model_of(vectors).compare(1, vectors[3], ("letter", "recipe", "invoice"))

    assert learned is not None
    assert learned.additions is not None
    assert int(learned.additions.argmax()) == 1
    assert learned.additions[1] > 0
    assert learned.nearest.file.name == "3.txt"
    assert learned.nearest.similarity == pytest.approx(1, abs=1e-5)


def test_a_document_unlike_all_labelled_ones_is_judged_as_before() -> None:
    vectors = np.zeros_like(random_vectors(5))
    vectors[:, :6] = random_vectors(5)[:, :6]
    other = np.eye(vectors.shape[1], dtype=np.float32)[11]

    assert model_of(normalise(vectors)).compare(1, other, TYPES) is None


@pytest.mark.parametrize(
    ("cosines", "likeness"), [([], 0), ([-0.5, 0.05], 0), ([0.2, 0.0], 0.5), ([0.0, 0.3], 1)]
)
def test_labels_count_for_documents_like_labelled_ones(
    cosines: list[float], likeness: float
) -> None:
    found = measure_likeness(np.array(cosines, dtype=np.float32))

    assert found == pytest.approx(likeness)


def test_a_document_like_one_that_no_rule_fits_loses_in_every_rule() -> None:
    vectors = random_vectors(5)
    learned = model_of(vectors).compare(1, vectors[4], TYPES)

    assert learned is not None
    assert learned.additions is not None
    assert (learned.additions < 0).all()


def test_labels_that_do_not_count_add_nothing() -> None:
    vectors, other = random_vectors(5), random_vectors(1, seed=1)[0]

    assert model_of(vectors).for_copies_only().compare(1, other, TYPES) is None
    assert model_of(vectors).compare(0, other, TYPES) is None


def test_a_copy_is_told_whether_labels_count_or_not() -> None:
    vectors = random_vectors(5)
    near = normalise(vectors[3] + 0.1 * vectors[4])

    same = model_of(vectors, weight=None).compare(1, vectors[3], TYPES)
    like = model_of(vectors).compare(1, near, TYPES)

    assert same is not None
    assert like is not None
    assert same.additions is None
    assert same.copy is not None
    assert (same.copy.file.name, same.copy.is_same) == ("3.txt", True)
    assert like.copy is not None
    assert (like.copy.file.name, like.copy.is_same) == ("3.txt", False)


def test_copies_with_different_labels_give_none() -> None:
    vectors = random_vectors(5)
    vectors[0] = vectors[3]

    learned = model_of(vectors, weight=None).compare(1, vectors[3], TYPES)

    assert learned is not None
    assert learned.copy is None
    assert learned.conflict is not None
    assert [each.file.name for each in learned.conflict] == ["0.txt", "3.txt"]


def test_the_engine_learns_only_from_what_it_gets_wrong() -> None:
    sure, wrong = [9.0, 0.0, 0.0], [0.0, 9.0, 0.0]
    scores = np.array([sure, wrong, wrong], dtype=np.float32)

    lessons = weigh_lessons(scores, np.array([0, 0, NULL]))

    assert lessons[0] == pytest.approx([0, 0, 0], abs=1e-6)
    assert lessons[1] == pytest.approx([-lessons[1, 1], lessons[1, 1], 0], abs=1e-6)
    assert lessons[1, 0] > 0.5
    assert lessons[2].tolist() == [0, 0, 0]


def test_types_teach_alike_whatever_the_numbers_of_their_labels() -> None:
    # The engine cannot tell the two types apart: ten labels say the one, three the other.
    columns = np.array([0] * 10 + [1] * 3)

    lessons = weigh_lessons(np.zeros((13, 3), dtype=np.float32), columns)

    many, few = lessons[:10].sum(axis=0), lessons[10:].sum(axis=0)
    assert 1 < many[0] / few[1] < 1.5
    # One label alone does not count as much as all of another type.
    single = weigh_lessons(np.zeros((11, 3), dtype=np.float32), columns[:11])
    assert single[10, 1] < single[:10, 0].sum() * 0.6


def test_lessons_raise_the_right_rule_of_documents_like_a_mistake() -> None:
    vectors = random_vectors(5)
    seen = seen_as(vectors)
    seen.scores[0] = [0, 9, 0]
    stage = fit_stage(seen, COLUMNS, len(TYPES), range(5))

    assert (stage.lessons @ vectors[0])[0] > 0.5
    assert (stage.lessons @ vectors[0])[1] < -0.5


def test_what_is_said_of_a_document_comes_from_the_others_only() -> None:
    vectors = random_vectors(5)
    seen = seen_as(vectors)
    # The first document of the second type is a copy of one of the first type.
    groups = np.array([0, 1, 1, 3, 4])

    found = compare_held_out(seen, COLUMNS, 3, range(5), groups, [0, 1, 4])

    for row, others in ((0, [1, 2, 3, 4]), (1, [0, 3, 4]), (4, [0, 1, 2, 3])):
        stage = fit_stage(seen_as(vectors, others), COLUMNS, 3, others)
        wanted = measure_closeness(
            stage.means @ vectors[row], vectors[others] @ vectors[row], COLUMNS[others]
        )
        assert found[row].closeness == pytest.approx(wanted, abs=1e-5)


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
    assert before.additions is not None
    assert after.additions is not None
    assert before.additions.tolist() == after.additions.tolist()
    assert before.nearest == after.nearest
    assert (again.version, again.label_count) == ("1", 5)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x80\x04N."], ids=["none", "zip", "pickle"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a learned model|another release|pickled"):
        unpack_model(data)


def test_form_tells_how_close_documents_are_and_teaches_no_lesson() -> None:
    text = random_vectors(5)
    formed = text.copy()
    formed[:, -len(SCALES) :] = np.random.default_rng(1).normal(size=(5, len(SCALES)))
    stage = fit_stage(seen_as(formed), COLUMNS, len(TYPES), range(5))

    assert np.array_equal(
        stage.lessons, fit_stage(seen_as(text), COLUMNS, len(TYPES), range(5)).lessons
    )
    assert np.any(stage.means[:, -len(SCALES) :])
