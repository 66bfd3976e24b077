"""What to label next: the newest result of each file without a label."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient

from app.jobs.models import Item, ItemStatus, Result
from devtools.tenant_data import TenantData
from tests.integration.application import JOBS, RULES, Api, upload

TRIAGE = "/api/v1/classifier/triage"


def classify(
    client: TestClient, tenants: TenantData, verdicts: Mapping[str, tuple[str | None, float, float]]
) -> None:
    """Make a job in which files have a type, its confidence, and that of the runner-up."""
    body = {"file_ids": list(verdicts), "rules": RULES}
    job_id = client.post(JOBS, json=body).json()["id"]
    with tenants.database.write() as session:
        for item in session.query(Item).filter(Item.job_id == UUID(job_id)):
            type_, confidence, other = verdicts[str(item.file_id)]
            item.status = ItemStatus.DONE
            candidates = [(type_, confidence), ("other", other)]
            session.add(
                Result(
                    item_id=item.id,
                    type=type_,
                    confidence=confidence,
                    reasoning="Because.",
                    candidates=[{"type": each[0], "confidence": each[1]} for each in candidates],
                )
            )


def upload_many(client: TestClient, count: int) -> list[str]:
    return [upload(client, content=b"INVOICE %d" % number) for number in range(count)]


def triage(client: TestClient, **query: object) -> list[dict[str, Any]]:
    answer = client.get(TRIAGE, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_unsure_verdicts_come_first_and_types_take_turns(
    client: TestClient, tenants: TenantData
) -> None:
    sure, unsure, recipe, none = upload_many(client, 4)
    classify(
        client,
        tenants,
        {
            sure: ("invoice", 0.98, 0.01),
            unsure: ("invoice", 0.4, 0.35),
            recipe: ("recipe", 0.6, 0.1),
            none: (None, 0.8, 0.1),
        },
    )

    found = triage(client)

    assert [item["file_id"] for item in found] == [unsure, recipe, none, sure]
    assert found[0]["runner_up"] == {"type": "other", "confidence": 0.35}
    assert (found[2]["type"], found[2]["api_version"]) == (None, 1)


def test_a_file_has_its_newest_result_only(client: TestClient, tenants: TenantData) -> None:
    (file_id,) = upload_many(client, 1)
    classify(client, tenants, {file_id: ("invoice", 0.4, 0.3)})
    classify(client, tenants, {file_id: ("recipe", 0.7, 0.1)})

    assert [item["type"] for item in triage(client)] == ["recipe"]


def test_labelled_and_deleted_files_are_left_out(client: TestClient, tenants: TenantData) -> None:
    labelled, deleted, left = upload_many(client, 3)
    classify(client, tenants, dict.fromkeys((labelled, deleted, left), ("invoice", 0.5, 0.2)))
    item = next(item for item in triage(client) if item["file_id"] == labelled)

    path = f"{JOBS}/{item['job_id']}/results/{item['item_id']}/label"
    assert client.put(path, json={"type": "invoice"}).status_code == 200
    client.delete(f"/api/v1/files/{deleted}")

    assert [item["file_id"] for item in triage(client)] == [left]


def test_a_copy_of_a_labelled_file_comes_last(client: TestClient, tenants: TenantData) -> None:
    labelled, left = upload_many(client, 2)
    (copy,) = upload_many(client, 1)
    unsure, sure = ("invoice", 0.5, 0.4), ("invoice", 0.9, 0.1)
    classify(client, tenants, {labelled: sure, copy: unsure, left: sure})
    table = f"file_id,type\n{labelled},invoice\n"
    assert client.post("/api/v1/classifier/labels/import", content=table).status_code == 200

    assert [item["file_id"] for item in triage(client)] == [left, copy]


def test_pages_neither_repeat_nor_skip(client: TestClient, tenants: TenantData) -> None:
    files = upload_many(client, 7)
    verdicts = {
        file_id: ("invoice" if number % 2 else "recipe", 0.5 + number / 20, 0.1)
        for number, file_id in enumerate(files)
    }
    classify(client, tenants, verdicts)

    first = client.get(TRIAGE, params={"page_size": 3, "include_total": True}).json()
    token = first["next_page_token"]
    second = client.get(TRIAGE, params={"page_size": 3, "page_token": token}).json()
    third = triage(client, page_size=3, page_token=second["next_page_token"])

    assert first["total_size"] == 7
    seen = [item["file_id"] for item in [*first["items"], *second["items"], *third]]
    assert seen == [item["file_id"] for item in triage(client)]
    assert sorted(seen) == sorted(files)


def test_a_page_after_a_file_that_was_labelled(client: TestClient, tenants: TenantData) -> None:
    files = upload_many(client, 4)
    classify(
        client,
        tenants,
        {file_id: ("invoice", 0.5 + number / 20, 0.1) for number, file_id in enumerate(files)},
    )
    page = client.get(TRIAGE, params={"page_size": 2}).json()
    last = page["items"][1]
    path = f"{JOBS}/{last['job_id']}/results/{last['item_id']}/label"
    client.put(path, json={"type": "invoice"})

    rest = triage(client, page_token=page["next_page_token"])

    assert [item["file_id"] for item in rest] == files[2:]


def test_other_projects_are_not_seen(client: TestClient, api: Api, tenants: TenantData) -> None:
    (file_id,) = upload_many(client, 1)
    classify(client, tenants, {file_id: ("invoice", 0.4, 0.3)})

    assert triage(api.tenant(tenants, "Others")) == []
    assert triage(api.client(api.key(tenants.project(tenants.first)))) == []
    assert len(triage(client)) == 1
