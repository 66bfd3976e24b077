"""Learning from labels: a fit is asked for, a worker makes it, verdicts use it, labels end it."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from app.files import service as files
from app.files.deletions import BlobDeleter
from app.labels.labelled_files import request_fits_of_deleted
from app.learning import queue
from app.learning.models import LearnedModel
from app.maintenance.purge import purge_project
from tests.integration.application import Api
from tests.integration.worker.learning_environment import HELD_OUT, RULES, LearningEnvironment
from tests.integration.worker.pipeline_environment import PipelineEnvironment
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.engine import Engine
from worker.runtime.tasks import Turn


@pytest.fixture
def learning(
    pipeline_env: PipelineEnvironment, engine: Engine, tmp_path: Path
) -> LearningEnvironment:
    return LearningEnvironment(
        pipeline_env, engine, Api(pipeline_env.tenants.database, tmp_path / "api")
    )


def test_labels_correct_verdicts_until_they_are_deleted(learning: LearningEnvironment) -> None:
    client = learning.client()
    before = learning.classify(TEXTS["invoice", HELD_OUT], client)
    strange = learning.classify(TEXTS["minutes", HELD_OUT], client)

    labelled = learning.label_texts(client)
    after = learning.classify_file(before["file_id"], client)
    not_asked = learning.classify_file(before["file_id"], client, learn=False)
    still_strange = learning.classify_file(strange["file_id"], client)

    assert before["result"]["type"] is None
    assert after["result"]["type"] == "tray one"
    assert "Your corrections changed the answer" in after["result"]["reasoning"]
    assert not_asked["result"] == before["result"]
    assert still_strange["result"]["type"] == strange["result"]["type"] is None
    (model,) = learning.models()
    assert (model.is_used, model.label_count, model.error) == (True, len(labelled), None)
    assert model.labels_digest is not None
    assert learning.version(after) == f"{learning.version(before)}+{model.labels_digest[:12]}"

    learning.unlabel(client, labelled)

    again = learning.classify_file(before["file_id"], client)
    assert again["result"] == before["result"]
    assert learning.version(again) == learning.version(before)
    assert learning.models() == []
    events = learning.events()
    assert (events[0], events[-1]) == ("learning.started", "learning.stopped")


def test_the_first_label_counts_for_its_document_and_copies(learning: LearningEnvironment) -> None:
    client = learning.client()
    item = learning.classify(TEXTS["invoice", "de"], client)
    learning.label(client, item, "tray two")
    learning.run()

    again = learning.classify_file(item["file_id"], client)
    copy = learning.classify(TEXTS["invoice", "de"], client)
    other = learning.classify(TEXTS["invoice", HELD_OUT], client)
    not_asked = learning.classify_file(item["file_id"], client, learn=False)

    assert item["result"]["type"] is None
    assert [each["result"]["type"] for each in (again, copy)] == ["tray two"] * 2
    assert 'You filed this very document as "tray two" (' in again["result"]["reasoning"]
    assert other["result"]["type"] is None
    assert "You filed" not in other["result"]["reasoning"]
    assert not_asked["result"] == item["result"]
    assert learning.version(other) == learning.version(item)
    assert [model.is_used for model in learning.models()] == [False]
    learning.unlabel(client, [item])
    assert learning.classify_file(item["file_id"], client)["result"] == item["result"]


def test_a_document_labelled_null_is_null(learning: LearningEnvironment) -> None:
    client = learning.client()
    rules = [{"type": "invoice", "description": "A bill with line items and a total to pay."}]
    item = learning.classify(TEXTS["invoice", HELD_OUT], client, rules=rules)
    learning.label(client, item, None)
    learning.run()

    again = learning.classify_file(item["file_id"], client, rules=rules)

    assert (item["result"]["type"], again["result"]["type"]) == ("invoice", None)
    assert "You filed this very document as fitting no rule (" in again["result"]["reasoning"]


@pytest.mark.parametrize("label", [None, "payment request"])
def test_no_rule_fits_is_said_of_the_types_that_there_were(
    learning: LearningEnvironment, label: str | None
) -> None:
    client = learning.client()
    item = learning.classify(TEXTS["invoice", HELD_OUT], client)
    learning.label(client, item, label)
    learning.run()
    bill = {"type": "invoice", "description": "A bill with line items and a total to pay."}

    before_the_fit, after_it = (
        learning.classify_file(item["file_id"], client, rules=[*RULES, bill]) for _ in range(2)
    )
    _, fewer = (learning.classify_file(item["file_id"], client, rules=RULES[:1]) for _ in range(2))

    assert [each["result"]["type"] for each in (before_the_fit, after_it)] == ["invoice"] * 2
    assert "You filed" not in after_it["result"]["reasoning"]
    assert "You filed this very document as " in fewer["result"]["reasoning"]
    assert sorted((len(model.rules), model.label_count) for model in learning.models()) == [
        (1, 1),
        (2, 1),
        (3, 1),
    ]


def test_copies_that_are_labelled_differently_get_neither_label(
    learning: LearningEnvironment,
) -> None:
    client = learning.client()
    first, second = (learning.classify(TEXTS["invoice", "de"], client) for _ in range(2))
    learning.label(client, first, "tray one")
    learning.label(client, second, "tray two")
    learning.run()

    again = learning.classify_file(first["file_id"], client)

    assert again["result"]["type"] is None
    assert "You filed copies of it differently, " in again["result"]["reasoning"]


def test_labels_and_models_never_cross_projects(learning: LearningEnvironment) -> None:
    tenants = learning.env.tenants
    other = tenants.project(tenants.first)
    theirs, ours = learning.client(other), learning.client()
    plain = learning.classify(TEXTS["invoice", HELD_OUT], ours)

    learning.label_texts(theirs, other)

    (model,) = learning.models()
    assert (model.project_id, model.is_used) == (other.project_id, True)
    again = learning.classify_file(plain["file_id"], ours)
    assert again["result"] == plain["result"]
    assert len(learning.models()) == 1


def test_labels_of_files_of_another_project_teach_nothing(learning: LearningEnvironment) -> None:
    tenants = learning.env.tenants
    wide = learning.client()
    foreign = str(learning.env.file(TEXTS["invoice", "de"], tenants.project(tenants.first)))

    item = learning.classify_file(foreign, wide)
    learning.label(wide, item, "tray one")
    learning.run()

    assert learning.models() == []


def test_labels_count_for_their_documents_from_the_first_job_with_new_rules_on(
    learning: LearningEnvironment,
) -> None:
    client = learning.client()
    item = learning.classify(TEXTS["invoice", "de"], client)
    learning.label(client, item, "tray two")
    learning.run()
    others = [*RULES, {"type": "tray three", "description": "Papers for the third tray."}]

    again = learning.classify_file(item["file_id"], client, rules=others)
    other = learning.classify(TEXTS["invoice", HELD_OUT], client, rules=others)

    assert again["result"]["type"] == "tray two"
    assert other["result"]["type"] is None
    assert len(learning.models()) == 2


def test_a_labelled_document_keeps_its_label_before_a_new_engine_has_fitted(
    learning: LearningEnvironment,
) -> None:
    client = learning.client()
    typed, null, plain = (
        learning.classify(TEXTS[name, HELD_OUT], client)
        for name in ("invoice", "recipe", "minutes")
    )
    learning.label(client, typed, "tray two")
    learning.label(client, null, None)
    learning.run()
    with learning.database.write() as session:
        session.execute(update(LearnedModel).values(engine_version="1.0123456789ab"))

    again, again_null, still_plain = (
        learning.classify_file(item["file_id"], client) for item in (typed, null, plain)
    )

    assert (again["result"]["type"], again_null["result"]["type"]) == ("tray two", None)
    for item in (again, again_null):
        assert "You filed this very document as " in item["result"]["reasoning"]
        assert str(learning.version(item)).startswith(f"{learning.fitter.engine.version}+")
    assert still_plain["result"] == plain["result"]
    assert [model.engine_version for model in learning.models()] == ["1.0123456789ab"]


def test_a_new_set_of_rules_gets_a_model_of_its_own(learning: LearningEnvironment) -> None:
    client = learning.client()
    learning.label_texts(client)
    others = [*RULES, {"type": "tray three", "description": "Papers for the third tray."}]

    item = learning.classify(TEXTS["invoice", HELD_OUT], client, rules=others)
    learning.run()

    assert learning.version(item) == learning.fitter.engine.version
    assert item["result"]["type"] is None
    first, second = learning.models()
    assert (len(first.rules), len(second.rules)) == (2, 3)
    assert second.is_used
    turned = learning.classify_file(item["file_id"], client, rules=others[::-1])
    assert turned["result"]["type"] == "tray one"
    assert len(learning.models()) == 2


def test_a_purge_deletes_the_models(learning: LearningEnvironment) -> None:
    client = learning.client()
    learning.label_texts(client)
    scope = learning.env.tenants.first

    purge_project(
        learning.database,
        BlobDeleter(learning.database, learning.env.blobs),
        scope.project_id,
        None,
        actor="command:tests",
    )

    assert learning.models() == []


def test_labels_that_go_with_their_files_are_forgotten(learning: LearningEnvironment) -> None:
    client = learning.client()
    items = learning.label_texts(client)
    with learning.database.write() as session:
        for item in items[:2]:
            files.discard(session, UUID(item["file_id"]), actor="server")

    assert request_fits_of_deleted(learning.database) == 1
    learning.run()
    (model,) = learning.models()
    assert model.label_count == len(items) - 2
    assert request_fits_of_deleted(learning.database) == 0


def test_a_fit_that_a_dead_worker_left_is_taken_over(learning: LearningEnvironment) -> None:
    client = learning.client()
    item = learning.classify(TEXTS["invoice", "de"], client)
    learning.label(client, item, "tray one")
    dead = queue.claim_next(learning.database, "dead")
    assert dead is not None
    assert queue.claim_next(learning.database, "w") is None

    queue.release_worker(learning.database, "dead")
    learning.run()

    (model,) = learning.models()
    assert (model.label_count, model.is_used, model.error) == (1, False, None)
    assert not queue.renew(learning.database, dead)


def test_a_fit_that_a_turn_cuts_off_is_free_and_goes_on(learning: LearningEnvironment) -> None:
    client = learning.client()
    for language in ("de", "fr", "ru"):
        item = learning.classify(TEXTS["invoice", language], client)
        learning.label(client, item, "tray one")
    # A slice of a fit ends after each file.
    learning.fitter.slice_seconds = 0.0
    slices = iter([False, False, True])

    assert Turn("w", learning.env.pipeline, lambda: next(slices)).run() is True

    other = queue.claim_next(learning.database, "another worker")
    assert other is not None
    queue.release(learning.database, other)
    # The last file and the fit are left.
    assert [learning.fitter.run_next("w") for _ in range(3)] == [True, True, False]
    (model,) = learning.models()
    assert (model.label_count, model.fitted_at) == (3, model.requested_at)


def test_a_label_during_a_fit_asks_for_another(learning: LearningEnvironment) -> None:
    client = learning.client()
    item = learning.classify(TEXTS["invoice", "de"], client)
    learning.label(client, item, "tray one")
    claim = queue.claim_next(learning.database, "w")
    assert claim is not None

    learning.label(client, item, "tray two")

    assert not queue.renew(learning.database, claim)
    queue.release(learning.database, claim)
    learning.run()
    (model,) = learning.models()
    assert model.fitted_at == model.requested_at


def test_a_label_after_the_last_one_was_deleted_is_fitted_at_once(
    learning: LearningEnvironment,
) -> None:
    client = learning.client()
    item = learning.classify(TEXTS["invoice", "de"], client)
    learning.label(client, item, "tray one")
    claim = queue.claim_next(learning.database, "w")
    assert claim is not None
    learning.label(client, item, "tray two")

    # The worker found no labels, and another one was given before it told.
    queue.drop(learning.database, claim)

    assert queue.claim_next(learning.database, "other") is not None


def test_a_fit_begins_anew_when_labels_change_meanwhile(learning: LearningEnvironment) -> None:
    client = learning.client()
    first, second, third = (
        learning.classify(TEXTS["invoice", language], client) for language in ("de", "fr", "ru")
    )
    learning.label(client, first, "tray one")
    learning.label(client, second, "tray one")
    # A slice of a fit ends after each file.
    learning.fitter.slice_seconds = 0.0
    assert learning.fitter.run_next("w")

    learning.label(client, third, "tray one")
    learning.run()

    (model,) = learning.models()
    assert (model.label_count, model.fitted_at) == (3, model.requested_at)
