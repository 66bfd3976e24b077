"""Labels given through the API change later verdicts, in both modes, until they are deleted."""

from typing import Any

from sqlalchemy import select

from app.db import Database
from app.learning.models import LearnedModel
from devtools.client import Client
from devtools.waiting import until
from tests.unit.worker.classification.sample_texts import TEXTS

# The descriptions say nothing: only labels tell these types apart.
RULES = [
    {"type": "tray one", "description": "Papers for the first tray."},
    {"type": "tray two", "description": "Papers for the second tray."},
]
TRAYS = {"invoice": "tray one", "recipe": "tray two"}
LABELLED = [key for key in sorted(TEXTS) if key[0] in TRAYS and key[1] != "en"]
JOBS = "/api/v1/classifier/jobs"


def classify(client: Client, file_ids: list[str]) -> list[dict[str, Any]]:
    job_id = client.create_job(file_ids, rules=RULES)
    client.wait(job_id)
    return client.results(job_id)


def path_of(item: dict[str, Any]) -> str:
    return f"{JOBS}/{item['classify_job_id']}/results/{item['id']}/label"


def label(client: Client, item: dict[str, Any], type_: str) -> None:
    answer = client.http.put(path_of(item), json={"type": type_})
    assert answer.status_code == 200, answer.text


def model_of(database: Database, labels: int) -> LearnedModel | None:
    with database.read() as session:
        query = select(LearnedModel).where(LearnedModel.label_count == labels)
        found = session.scalars(query).one_or_none()
    return None if found is None or found.fitted_at != found.requested_at else found


def count_models(database: Database) -> int:
    with database.read() as session:
        return len(session.scalars(select(LearnedModel.id)).all())


def test_labels_correct_verdicts_until_they_are_deleted(client: Client, database: Database) -> None:
    unlabelled = [
        client.upload(TEXTS[type_, "en"], f"{type_}.txt") for type_ in ("invoice", "minutes")
    ]
    labelled = [client.upload(TEXTS[key], "-".join(key) + ".txt") for key in LABELLED]
    before = classify(client, [*unlabelled, *labelled])

    items = before[2:]
    label(client, items[0], TRAYS[LABELLED[0][0]])
    until(lambda: model_of(database, 1) is not None, "a model of the first label")
    once = classify(client, [labelled[0], unlabelled[1]])
    for item, (type_, _) in zip(items, LABELLED, strict=True):
        label(client, item, TRAYS[type_])
    until(lambda: model_of(database, len(LABELLED)) is not None, "a model of all labels")
    neighbour, unrelated, *same = classify(client, [*unlabelled, *labelled])

    for item in items:
        assert client.http.delete(path_of(item)).status_code == 204
    until(lambda: count_models(database) == 0, "the end of the model")
    after = classify(client, [*unlabelled, *labelled])

    assert {item["result"]["type"] for item in before} == {None}
    assert [item["result"]["type"] for item in once] == [TRAYS[LABELLED[0][0]], None]
    assert "You filed this very document as" in once[0]["result"]["reasoning"]
    corrected = [item["result"]["type"] for item in same]
    assert corrected == [TRAYS[type_] for type_, _ in LABELLED]
    assert neighbour["result"]["type"] == "tray one"
    assert "Your corrections changed the answer" in neighbour["result"]["reasoning"]
    assert unrelated["result"]["type"] is None
    assert [item["result"] for item in after] == [item["result"] for item in before]
