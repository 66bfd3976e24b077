"""Learning from labels with the real engine: types that only labels can tell apart."""

import json
from uuid import UUID

import pytest

from app.jobs.values import Rule
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.engine import Engine
from worker.classification.learning.observation import Observation
from worker.classification.learning.storage import (
    pack_model,
    pack_observations,
    unpack_model,
    unpack_observations,
)
from worker.learning.fit import LabelledObservation, ModelFit, fit_model
from worker.parsing.document import Document, DocumentPage

# The descriptions say nothing: only labels tell these types apart.
RULES = [
    Rule("tray one", "Papers for the first tray."),
    Rule("tray two", "Papers for the second tray."),
    Rule("tray three", "Papers for the third tray."),
]
TRAYS = {"invoice": "tray one", "recipe": "tray two", "contract": "tray three"}
HELD_OUT = "en"


def document(text: str) -> Document:
    return Document("txt", (DocumentPage(0, text),), 1)


def label_texts(engine: Engine, wrong: int = 0) -> list[LabelledObservation]:
    """Label all texts in other languages than English, so many of them wrongly."""
    seen: list[LabelledObservation] = []
    for number, ((type_, language), text) in enumerate(sorted(TEXTS.items())):
        if language == HELD_OUT or type_ not in TRAYS:
            continue
        observation = engine.observe(engine.embed(document(text)), RULES)
        assert observation is not None
        seen.append(LabelledObservation(UUID(int=number), "a.txt", TRAYS[type_], observation))
    types = list(TRAYS.values())
    for row in range(0, wrong * 7, 7):
        right = types.index(seen[row].type or "")
        seen[row] = LabelledObservation(
            seen[row].file_id, "wrong.txt", types[(right + 1) % 3], seen[row].observation
        )
    return seen


@pytest.fixture(scope="module")
def seen(engine_of_both: Engine) -> list[LabelledObservation]:
    return label_texts(engine_of_both)


@pytest.fixture(scope="module")
def fitted(engine_of_both: Engine, seen: list[LabelledObservation]) -> ModelFit:
    return fit_model(engine_of_both, RULES, seen, "0123456789abcdef")


def count_right(engine: Engine, fitted: ModelFit | None) -> int:
    right = 0
    for type_, tray in TRAYS.items():
        embedded = engine.embed(document(TEXTS[type_, HELD_OUT]))
        model = None if fitted is None else fitted.model
        right += engine.judge(embedded, RULES, learned=model).verdict.type == tray
    return right


def test_labels_teach_what_descriptions_do_not_say(
    engine_of_both: Engine, fitted: ModelFit
) -> None:
    assert fitted.is_used
    assert fitted.model.weight is not None
    # The labelled texts are in other languages than these.
    assert count_right(engine_of_both, None) == 0
    assert count_right(engine_of_both, fitted) >= 2


def test_few_wrong_labels_cost_little(engine_of_both: Engine) -> None:
    seen = label_texts(engine_of_both, wrong=2)
    assert sum(each.name == "wrong.txt" for each in seen) == 2

    assert count_right(engine_of_both, fit_model(engine_of_both, RULES, seen, "v")) >= 2


def test_a_document_unlike_all_labels_is_judged_as_before(
    engine_of_both: Engine, fitted: ModelFit
) -> None:
    embedded = engine_of_both.embed(document(TEXTS["minutes", HELD_OUT]))

    before = engine_of_both.judge(embedded, RULES).verdict
    after = engine_of_both.judge(embedded, RULES, learned=fitted.model).verdict

    assert before.type is None
    assert after.type is None


def test_the_verdict_says_that_corrections_counted(
    engine_of_both: Engine, fitted: ModelFit
) -> None:
    embedded = engine_of_both.embed(document(TEXTS["invoice", HELD_OUT]))

    plain = engine_of_both.judge(embedded, RULES)
    taught = engine_of_both.judge(embedded, RULES, learned=fitted.model)

    assert "Your corrections" not in plain.verdict.reasoning
    changed = "Your corrections changed the answer: without them no rule would fit ("
    assert changed in taught.verdict.reasoning
    assert 'The most alike is a.txt, labelled as "tray one": “' in taught.verdict.reasoning
    assert "labelled files of this project changed the score" in taught.verdict.reasoning
    assert plain.version == engine_of_both.version
    assert taught.version == f"{engine_of_both.version}+0123456789ab"
    assert len(taught.version) <= 40


def test_the_same_labels_give_the_same_model(
    engine_of_both: Engine, seen: list[LabelledObservation], fitted: ModelFit
) -> None:
    stored = pack_observations({each.file_id: each.observation for each in seen})
    observations: dict[UUID, Observation] = unpack_observations(stored)
    again = [
        LabelledObservation(each.file_id, each.name, each.type, observations[each.file_id])
        for each in seen
    ]

    second = fit_model(engine_of_both, RULES, again, "0123456789abcdef")

    assert pack_model(second.model) == pack_model(fitted.model)
    assert json.dumps(second.report) == json.dumps(fitted.report)


def test_a_stored_model_gives_the_same_verdict(engine_of_both: Engine, fitted: ModelFit) -> None:
    embedded = engine_of_both.embed(document(TEXTS["recipe", HELD_OUT]))
    stored = unpack_model(pack_model(fitted.model))

    first = engine_of_both.judge(embedded, RULES, learned=fitted.model)

    assert engine_of_both.judge(embedded, RULES, learned=stored) == first


def test_the_report_has_the_verdicts_of_the_engine_and_of_held_out_models(
    engine_of_both: Engine, seen: list[LabelledObservation], fitted: ModelFit
) -> None:
    items = fitted.report["items"]
    assert [item["file_id"] for item in items] == [str(each.file_id) for each in seen]
    text = next(text for (type_, lang), text in sorted(TEXTS.items()) if type_ == "contract")
    plain = engine_of_both.judge(engine_of_both.embed(document(text)), RULES).verdict
    assert items[0]["without"] == {"type": plain.type, "confidence": round(plain.confidence, 4)}
    right = {key: sum(i[key]["type"] == i["label"] for i in items) for key in ("without", "with")}
    assert right["with"] > right["without"]
    assert fitted.report["conflicts"] == []


def test_copies_with_different_labels_are_reported(
    engine_of_both: Engine, seen: list[LabelledObservation]
) -> None:
    first = seen[0]
    copy = LabelledObservation(UUID(int=99), "copy.txt", "tray two", first.observation)

    report = fit_model(engine_of_both, RULES, [*seen, copy], "v").report

    assert report["conflicts"] == [[str(first.file_id), str(copy.file_id)]]


def test_a_type_without_a_rule_means_that_no_rule_fits(
    engine_of_both: Engine, seen: list[LabelledObservation]
) -> None:
    observation = engine_of_both.observe(
        engine_of_both.embed(document(TEXTS["resume", HELD_OUT])), RULES
    )
    assert observation is not None
    strange = LabelledObservation(UUID(int=98), "cv.txt", "resume", observation)

    model = fit_model(engine_of_both, RULES, [*seen, strange], "v").model

    embedded = engine_of_both.embed(document(TEXTS["resume", HELD_OUT]))
    assert engine_of_both.judge(embedded, RULES, learned=model).verdict.type is None
