"""Listings of files by name, id and moment: page by page, the same on both databases."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text

from app.files import service
from app.files.service import FileFilter
from app.files.sorting import FileSort, parse_sort
from app.paging import PageRequest
from devtools.tenant_data import TenantData
from tests.integration.application import FILES, upload

# By code points: capitals before small letters, and both before what is not ASCII.
NAMES = ["B.txt", "a.txt", "a.txt", "ab.txt", "b.txt", "ä.txt", "\U0001f600.txt"]
LONG = "n" * 2_990
# Whether an order is that of the newest file first.
BY_AGE = {
    None: True,
    "created_at": True,
    "created_at desc": True,
    "created_at asc": False,
    "id": False,
    "id desc": True,
    "order_by": True,
    "surprise, id asc, name": False,
    "NAME": True,
    "": True,
}


@pytest.fixture
def ids(client: TestClient) -> dict[str, str]:
    """Files that were uploaded in another order than that of their names; names by id."""
    mixed = [NAMES[place] for place in (3, 6, 1, 0, 5, 2, 4)]
    return {upload(client, name): name for name in mixed}


def listed(client: TestClient, order_by: str | None, size: int = 2) -> list[str]:
    found: list[str] = []
    query: dict[str, str | int] = {"page_size": size} | ({"order_by": order_by} if order_by else {})
    while True:
        answer = client.get(FILES, params=query)
        assert answer.status_code == 200, answer.text
        found += [file["id"] for file in answer.json()["items"]]
        token = answer.json()["next_page_token"]
        if token is None:
            return found
        query["page_token"] = token


def test_files_are_sorted_by_name(client: TestClient, ids: dict[str, str]) -> None:
    for size in (1, 2, 100):
        ascending, descending = (listed(client, order, size) for order in ("name", "name desc"))

        assert [ids[each] for each in ascending] == NAMES
        assert descending == ascending[::-1]


def test_files_are_sorted_by_age(client: TestClient, ids: dict[str, str]) -> None:
    for order_by, is_newest_first in BY_AGE.items():
        expected = list(ids)[:: -1 if is_newest_first else 1]
        assert listed(client, order_by) == expected, order_by


def test_a_query_has_the_same_orders(client: TestClient, ids: dict[str, str]) -> None:
    body = {"order_by": "name desc", "page_size": 100}
    answer = client.post(f"{FILES}/query", json=body).json()
    assert [ids[file["id"]] for file in answer["items"]] == NAMES[::-1]


def test_names_that_begin_alike_are_neither_doubled_nor_skipped(client: TestClient) -> None:
    """An index has no room for the longest names: beyond its part, the id decides."""
    made = [upload(client, f"{LONG}{letter}") for letter in "cab"]

    assert listed(client, "name", size=1) == made
    assert listed(client, "name desc", size=1) == made[::-1]


def test_files_that_come_meanwhile_do_not_shift_the_pages(
    client: TestClient, ids: dict[str, str]
) -> None:
    query = {"order_by": "name", "page_size": "3"}
    first = client.get(FILES, params=query).json()
    upload(client, "A.txt")

    query["page_token"] = first["next_page_token"]
    second = client.get(FILES, params=query).json()

    assert [ids[file["id"]] for file in [*first["items"], *second["items"]]] == NAMES[:6]


def test_a_token_of_another_order_is_refused(client: TestClient, ids: dict[str, str]) -> None:
    query = {"order_by": "name", "page_size": str(len(ids) - 1)}
    token = client.get(FILES, params=query).json()["next_page_token"]

    for other in ({"order_by": "name desc"}, {"order_by": "id"}, {}):
        query = {"page_token": token, **other}
        assert client.get(FILES, params=query).status_code == 400, other


@pytest.mark.parametrize(
    ("order_by", "index"),
    [
        ("name", "ix_files_name"),
        ("name desc", "ix_files_name"),
        ("id", "files"),
        ("id desc", "files"),
        ("created_at asc", "ix_files_newest"),
    ],
)
def test_a_late_page_reads_an_index_from_its_key(
    tenants: TenantData, order_by: str, index: str
) -> None:
    tenants.file("a.txt")
    with tenants.database.write() as session:
        is_sqlite = tenants.database.is_sqlite
        id_of = "printf('%032x', n)" if is_sqlite else "lpad(to_hex(n), 32, '0')::uuid"
        numbers = (
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers"
            " WHERE n < 3000)"
        )
        session.execute(
            text(
                f"{numbers} INSERT INTO files (id, project_id, name, sort_name, size, sha256,"
                f" blob_key, created_at) SELECT {id_of}, project_id, 'n' || n, 'n' || n, size,"
                " sha256, 'k' || n, created_at FROM files, numbers"
            )
        )
        session.execute(text("ANALYZE"))
    order = parse_sort(order_by)
    first = page(tenants, order, None)
    sent: list[tuple[str, object]] = []
    event.listen(
        tenants.database.engine,
        "before_cursor_execute",
        lambda _c, _u, statement, parameters, *_: sent.append((statement, parameters)),
    )

    page(tenants, order, first)

    statement, parameters = next(each for each in sent if each[0].startswith("SELECT"))
    prefix = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    with tenants.database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{prefix} {statement}", parameters)  # type: ignore[arg-type]
        plan = "\n".join(" ".join(map(str, row)) for row in rows)
    # By id, the primary key serves where there is one project only.
    assert index in plan
    assert "Seq Scan" not in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def page(tenants: TenantData, order: FileSort, after: object) -> object:
    with tenants.database.read() as session:
        request = PageRequest(50, after)  # type: ignore[arg-type]
        return service.find_page(session, tenants.first, FileFilter(), request, order).next_after
