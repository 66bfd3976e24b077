"""Tables of labels through the API: imports, exports, listings, deletions."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, insert, select

from app.audit.models import AuditEvent
from app.db import Database, new_id
from app.files.models import File
from app.labels.models import Label
from app.labels.room import MAX_LABELS
from app.labels.table import MAX_BYTES
from app.learning.models import LearnedModel
from devtools.tenant_data import TenantData
from tests.integration.application import FILES, JOBS, Api, create_job, upload

LABELS = "/api/v1/classifier/labels"


def upload_known_as(client: TestClient, external_id: str, **query: str) -> str:
    answer = client.post(
        FILES,
        files={"file": ("=1+1.txt", external_id.encode())},
        data={"external_file_id": external_id},
        params=query,
    )
    return str(answer.json()["id"])


def import_table(client: TestClient, table: str, **query: str) -> Any:
    return client.post(f"{LABELS}/import", content=table.encode(), params=query)


def labels_of(client: TestClient) -> dict[str, str | None]:
    items = client.get(LABELS).json()["items"]
    return {item["file_id"]: item["type"] for item in items}


def test_a_table_is_imported_and_exported(client: TestClient) -> None:
    first, second = upload(client), upload_known_as(client, "-invoice 7")
    table = f"file_id,external_file_id,type\n{first},,recipe\n,-invoice 7,\n"

    counts = import_table(client, table).json()
    exported = client.get(f"{LABELS}/export")

    assert counts == {"created": 2, "changed": 0, "unchanged": 0}
    assert labels_of(client) == {first: "recipe", second: None}
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert exported.headers["content-disposition"] == 'attachment; filename="labels.csv"'
    rows = list(csv.DictReader(io.StringIO(exported.text.removeprefix("\ufeff"))))
    assert [(row["file_id"], row["type"]) for row in rows] == [(first, "recipe"), (second, "")]
    assert (rows[1]["name"], rows[1]["external_file_id"]) == ("'=1+1.txt", "'-invoice 7")
    again = import_table(client, exported.text).json()
    assert again == {"created": 0, "changed": 0, "unchanged": 2}


def test_a_later_table_replaces_labels(client: TestClient, tenants: TenantData) -> None:
    first, second = upload(client), upload(client)
    import_table(client, f"file_id,type\n{first},recipe\n{second},recipe\n")
    other = f"file_id,type\n{first},recipe\n{second},invoice\n"

    assert import_table(client, other).json() == {"created": 0, "changed": 1, "unchanged": 1}
    assert labels_of(client) == {first: "recipe", second: "invoice"}
    with tenants.database.read() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "label.set").order_by(AuditEvent.id)
        ).all()
    assert [event.details for event in events] == [
        {"file_id": first},
        {"file_id": second},
        {"file_id": second},
    ]
    assert {event.project_id for event in events} == {tenants.first.project_id}
    assert len({event.actor for event in events}) == 1


def test_nothing_is_stored_when_a_line_is_bad(client: TestClient) -> None:
    file_id, twin = upload(client), upload_known_as(client, "twin")
    upload_known_as(client, "twin")
    table = (
        "file_id,external_file_id,type\n"
        f"{file_id},,invoice\n"
        f"{new_id()},,invoice\n"
        ",nobody,invoice\n"
        ",twin,invoice\n"
        f"{twin},,a/b\n"
        f"{file_id},,recipe\n"
    )

    answer = import_table(client, table)

    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [
        ["body", line] for line in (3, 4, 5, 6, 7)
    ]
    sentences = [problem["msg"] for problem in answer.json()["detail"]]
    assert sentences[0].startswith("Line 3: File ")
    assert "'nobody'" in sentences[1]
    assert "2 files have" in sentences[2]
    assert sentences[4] == "Line 7: Line 2 labels the same file. Remove one."
    assert labels_of(client) == {}


def test_many_bad_lines_are_counted(client: TestClient) -> None:
    table = "external_file_id,type\n" + "".join(f"{number},a\n" for number in range(150))

    detail = import_table(client, table).json()["detail"]

    assert len(detail) == 101
    assert detail[-1] == {
        "loc": ["body"],
        "msg": "50 more lines are wrong. No label was stored.",
        "type": "value_error",
    }


# No row of it reaches the database.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_table_without_rows_or_of_too_many_bytes(client: TestClient) -> None:
    empty = import_table(client, "file_id,type\n")
    # Larger than JSON may be, and within the limit of tables.
    padded = import_table(client, "file_id,type\n" + (",," + " " * 100_000 + "\n") * 80)
    large = import_table(client, "file_id,type\n" + "\n" * MAX_BYTES)

    assert (empty.status_code, "no rows" in empty.text) == (422, True)
    assert (padded.status_code, "no rows" in padded.text) == (422, True)
    assert (large.status_code, "The table is larger than" in large.text) == (413, True)


def test_a_project_has_a_limit_of_labels(client: TestClient, tenants: TenantData) -> None:
    add_labels(tenants, MAX_LABELS - 1)
    first, second = upload(client), upload(client)
    job_id = create_job(client, second)
    (result,) = client.get(f"{JOBS}/{job_id}/results").json()["items"]
    label = f"{JOBS}/{job_id}/results/{result['id']}/label"

    both = import_table(client, f"file_id,type\n{first},recipe\n{second},recipe\n")
    one = import_table(client, f"file_id,type\n{first},recipe\n")

    assert (both.status_code, "9999 of at most 10000" in both.text) == (409, True)
    assert one.json()["created"] == 1
    assert client.put(label, json={"type": "recipe"}).status_code == 409
    # A table that an import takes: the first line has the names of the columns.
    exported = client.get(f"{LABELS}/export").content
    assert (exported.count(b"\n"), len(exported) < MAX_BYTES) == (MAX_LABELS + 1, True)


def add_labels(tenants: TenantData, count: int) -> None:
    project_id = tenants.first.project_id
    ids = [new_id() for _ in range(count)]
    common = {"name": "a.txt", "size": 1, "sha256": "0" * 64, "blob_key": "aa/1"}
    with tenants.database.write() as session:
        session.execute(
            insert(File), [{"id": id_, "project_id": project_id, **common} for id_ in ids]
        )
        session.execute(
            insert(Label),
            [
                {"project_id": project_id, "file_id": id_, "type": "recipe", "author": "key:1"}
                for id_ in ids
            ],
        )


def test_the_listing_has_pages(client: TestClient) -> None:
    ids = [upload(client) for _ in range(5)]
    import_table(client, "file_id,type\n" + "".join(f"{id_},recipe\n" for id_ in ids))

    seen, token = [], None
    while True:
        params = {"page_size": 2, "include_total": True, **({"page_token": token} if token else {})}
        page = client.get(LABELS, params=params).json()
        assert page["total_size"] == 5
        seen += [item["file_id"] for item in page["items"]]
        token = page["next_page_token"]
        if token is None:
            break

    assert sorted(seen) == sorted(ids)
    item = client.get(LABELS).json()["items"][0]
    assert (item["file_name"], item["job_id"], item["external_file_id"]) == ("a.txt", None, None)
    assert item["author"].startswith("key:")


def test_a_label_is_deleted_by_its_file(client: TestClient, tenants: TenantData) -> None:
    file_id = upload(client)
    import_table(client, f"file_id,type\n{file_id},recipe\n")

    assert client.delete(f"{LABELS}/{file_id}").status_code == 204
    again = client.delete(f"{LABELS}/{file_id}")
    assert (again.status_code, "has no label" in again.json()["detail"]) == (404, True)
    assert labels_of(client) == {}
    with tenants.database.read() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "label.deleted")
        ).one()
    assert event.details == {"file_id": file_id}


def test_labels_stay_within_their_project(api: Api, tenants: TenantData) -> None:
    ours, theirs = api.client(api.key(tenants.first)), api.tenant(tenants, "Theirs")
    file_id = upload_known_as(ours, "mine")
    by_id = f"file_id,type\n{file_id},recipe\n"
    import_table(ours, by_id)

    assert import_table(theirs, by_id).status_code == 422
    assert import_table(theirs, "external_file_id,type\nmine,recipe\n").status_code == 422
    assert labels_of(theirs) == {}
    assert theirs.get(f"{LABELS}/export").text.count("\n") == 1
    assert theirs.delete(f"{LABELS}/{file_id}").status_code == 404
    assert labels_of(ours) == {file_id: "recipe"}


def test_each_change_asks_for_a_fit(client: TestClient, tenants: TenantData) -> None:
    file_id, other = upload(client), upload(client)
    create_job(client, file_id)
    asked = [requests_of(tenants.database)]
    table = f"file_id,type\n{file_id},recipe\n{other},recipe\n"

    for change in (
        lambda: import_table(client, table),
        lambda: client.delete(f"{LABELS}/{file_id}"),
        lambda: import_table(client, table),
    ):
        change()
        asked.append(requests_of(tenants.database))
    import_table(client, table)  # changes nothing
    asked.append(requests_of(tenants.database))

    assert asked[0] is None
    assert len(set(asked)) == 4
    assert asked[-1] == asked[-2]


def requests_of(database: Database) -> object:
    with database.read() as session:
        return session.scalar(select(func.max(LearnedModel.requested_at)))


def test_a_job_of_version_2_is_labelled(client: TestClient, api: Api, tenants: TenantData) -> None:
    rules = [{"type": "invoice", "description": "A bill with a total to pay."}]
    body = {"file_input": upload(client), "configuration": {"rules": rules}}
    path = f"/api/v2/classify/{client.post('/api/v2/classify', json=body).json()['id']}"

    given = client.put(f"{path}/label", json={"type": "recipe"})

    assert given.status_code == 200
    assert client.get(path).json()["label"] == given.json()
    assert client.get("/api/v2/classify").json()["items"][0]["label"] == given.json()
    stranger = api.tenant(tenants, "Strangers")
    assert stranger.put(f"{path}/label", json={"type": "invoice"}).status_code == 404
    assert stranger.delete(f"{path}/label").status_code == 404
    assert client.delete(f"{path}/label").status_code == 204
    assert client.get(path).json()["label"] is None
    assert client.delete(f"{path}/label").status_code == 404


def test_a_job_of_version_1_has_no_label_in_version_2(client: TestClient) -> None:
    job_id = create_job(client, upload(client))

    answer = client.put(f"/api/v2/classify/{job_id}/label", json={"type": "recipe"})

    assert answer.status_code == 404
