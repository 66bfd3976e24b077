"""Uploads in two steps: a link with a key, the bytes without one."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.db import Database, now
from app.files import pending
from app.files.models import PendingUpload
from devtools.tenant_data import TenantData
from tests.integration.application import FILES, JOBS, RULES, Api, new_client

LINKS = "/api/v1/files"
TEXT = b"INVOICE 1"


@pytest.fixture
def anonymous(api: Api) -> TestClient:
    """A client without a key; it can use presigned links."""
    return new_client(api.app, raise_server_exceptions=False)


def ask(client: TestClient, name: str = "a.txt", **said: object) -> tuple[str, str]:
    """Return a link and the id of its file."""
    answer = client.put(LINKS, json={"name": name, **said})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"url", "expires_at", "file_id", "form_fields"}
    return answer.json()["url"], answer.json()["file_id"]


def blobs(api: Api) -> list[Path]:
    return [path for path in (api.folder / "blobs").rglob("*") if path.is_file()]


def promises(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(PendingUpload)) or 0


def test_the_bytes_make_the_file(client: TestClient, anonymous: TestClient) -> None:
    url, file_id = ask(client, "bill.txt", external_file_id="/srv/bill.txt", file_size=len(TEXT))

    assert anonymous.put(url, content=TEXT).status_code == 204

    file = client.get(f"{LINKS}/{file_id}").json()
    assert (file["id"], file["name"], file["external_file_id"]) == (
        file_id,
        "bill.txt",
        "/srv/bill.txt",
    )
    assert (file["file_size"], file["file_type"]) == (len(TEXT), "txt")
    link = client.get(f"{FILES}/dfl-{file_id}/content").json()["url"]
    assert anonymous.get(link).content == TEXT
    job = client.post(JOBS, json={"file_ids": [f"dfl-{file_id}"], "rules": RULES})
    assert job.status_code == 200


def test_the_file_does_not_exist_before_its_bytes(client: TestClient) -> None:
    _, file_id = ask(client)

    assert client.get(f"{LINKS}/{file_id}").status_code == 404
    assert client.get(f"{FILES}/{file_id}/content").status_code == 404
    assert client.delete(f"{FILES}/{file_id}").status_code == 404
    assert client.get(FILES).json()["items"] == []
    job = client.post(JOBS, json={"file_ids": [file_id], "rules": RULES})
    assert (job.status_code, file_id in job.json()["detail"]) == (404, True)


def test_the_same_bytes_may_come_twice_and_no_others(
    api: Api, client: TestClient, anonymous: TestClient
) -> None:
    url, file_id = ask(client)
    for _ in range(2):
        assert anonymous.put(url, content=TEXT).status_code == 204

    refused = anonymous.put(url, content=b"INVOICE 2")

    assert refused.status_code in (409, 413)
    assert len(blobs(api)) == 1
    assert client.get(f"{LINKS}/{file_id}").json()["file_size"] == len(TEXT)


def test_other_bytes_of_the_same_length_are_refused(
    client: TestClient, anonymous: TestClient
) -> None:
    url, file_id = ask(client)
    anonymous.put(url, content=TEXT)

    refused = anonymous.put(url, content=TEXT[::-1])

    assert refused.status_code == 409
    assert refused.headers["x-should-retry"] == "false"
    link = client.get(f"{FILES}/{file_id}/content").json()["url"]
    assert anonymous.get(link).content == TEXT


def test_a_deleted_file_does_not_come_back(client: TestClient, anonymous: TestClient) -> None:
    url, file_id = ask(client)
    anonymous.put(url, content=TEXT)
    client.delete(f"{FILES}/{file_id}")

    assert anonymous.put(url, content=TEXT).status_code == 404
    assert client.get(f"{FILES}/{file_id}").status_code == 404


def test_of_two_at_once_one_makes_the_file(api: Api, client: TestClient) -> None:
    url, file_id = ask(client)

    def send(number: int) -> int:
        content = TEXT + b"%d" % (number % 2)
        return (
            new_client(api.app, raise_server_exceptions=False).put(url, content=content).status_code
        )

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(send, range(6)))

    assert sorted(set(statuses)) == [204, 409]
    assert len(blobs(api)) == 1
    assert client.get(f"{FILES}/{file_id}").status_code == 200


@pytest.mark.parametrize(
    ("forge", "status"),
    [
        (lambda url: url.replace("signature=", "signature=A"), 404),
        (lambda url: re.sub(r"expires=\d+", "expires=99999999999", url), 404),
        (lambda url: re.sub(r"expires=\d+", "expires=soon", url), 422),
        (lambda url: url.split("?")[0], 422),
        (
            lambda url: re.sub(r"upload/[^?]+", "upload/00000000-0000-4000-8000-000000000000", url),
            404,
        ),
        (lambda url: url.replace("/upload/", "/download/"), 405),
    ],
)
def test_a_forged_link_takes_nothing(
    api: Api, client: TestClient, anonymous: TestClient, forge: object, status: int
) -> None:
    forged = forge(ask(client)[0])  # type: ignore[operator]

    assert anonymous.put(forged, content=TEXT).status_code == status
    assert blobs(api) == []


def test_a_download_link_does_not_take_an_upload(client: TestClient, anonymous: TestClient) -> None:
    """The two kinds of links are signed apart."""
    url, file_id = ask(client)
    anonymous.put(url, content=TEXT)
    reading = client.get(f"{FILES}/{file_id}/content").json()["url"]

    assert anonymous.put(reading.replace("/download/", "/upload/"), content=TEXT).status_code == 404
    assert anonymous.get(url.replace("/upload/", "/download/")).status_code == 404


def test_a_link_expires(client: TestClient, anonymous: TestClient) -> None:
    answer = client.put(LINKS, json={"name": "a.txt"}, params={"expires_at_seconds": 1})
    url = answer.json()["url"]
    expires = int(parse_qs(urlsplit(url).query)["expires"][0])

    time.sleep(max(0.0, expires - time.time()) + 0.01)

    assert anonymous.put(url, content=TEXT).status_code == 404


@pytest.mark.parametrize(
    ("content", "status"), [(TEXT + b"!", 413), (TEXT[:-1], 422), (b"", 422), (TEXT, 204)]
)
def test_a_declared_size_is_kept(
    api: Api, client: TestClient, anonymous: TestClient, content: bytes, status: int
) -> None:
    url, _ = ask(client, file_size=len(TEXT))

    assert anonymous.put(url, content=content).status_code == status
    assert len(blobs(api)) == (status == 204)


class TestLimits:
    @pytest.fixture
    def api(self, database: Database, tmp_path: Path) -> Api:
        return Api(database, tmp_path / "data", upload_max_bytes=100_000, body_max_bytes=2_000)

    def test_more_than_the_limit_is_refused_when_it_is_declared(self, client: TestClient) -> None:
        answer = client.put(LINKS, json={"name": "a.txt", "file_size": 100_001})
        assert answer.status_code == 413

    @pytest.mark.parametrize("size", [100_001, 400_000])
    def test_more_than_the_limit_is_refused_when_it_comes(
        self, api: Api, client: TestClient, anonymous: TestClient, size: int
    ) -> None:
        def pieces() -> Iterator[bytes]:
            for _ in range(size // 1000):
                yield b"x" * 1000
            yield b"x" * (size % 1000)

        url, _ = ask(client)

        assert anonymous.put(url, content=b"x" * size).status_code == 413
        assert anonymous.put(url, content=pieces()).status_code == 413
        assert blobs(api) == []
        assert anonymous.put(url, content=b"x" * 100_000).status_code == 204

    def test_creating_a_link_does_not_count_as_an_upload(self, client: TestClient) -> None:
        """Its body is held in memory, and so has the limit of JSON."""
        assert client.put(LINKS, json={"name": "a", "more": "x" * 3_000}).status_code == 413


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 3001}, "name"),
        ({"name": "a\0"}, "name"),
        ({"name": "a", "file_size": -1}, "file_size"),
        ({"name": "a", "file_size": 2**64}, "file_size"),
        ({"name": "a", "external_file_id": "x" * 3001}, "external_file_id"),
    ],
)
def test_what_is_refused(client: TestClient, body: dict[str, object], field: str) -> None:
    answer = client.put(LINKS, json=body)
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", field])


def test_a_name_cannot_lead_out_of_its_folder(client: TestClient, anonymous: TestClient) -> None:
    url, file_id = ask(client, "../../etc/passwd", permission_info={"a": 1}, data_source_id=None)
    anonymous.put(url, content=TEXT)
    assert client.get(f"{LINKS}/{file_id}").json()["name"] == "passwd"


def test_a_link_needs_a_key_and_its_file_belongs_to_the_key(
    api: Api, tenants: TenantData, client: TestClient, anonymous: TestClient
) -> None:
    assert anonymous.put(LINKS, json={"name": "a.txt"}).status_code == 401
    url, file_id = ask(client)
    anonymous.put(url, content=TEXT)
    assert api.tenant(tenants, "Other").get(f"{FILES}/{file_id}").status_code == 404


def test_the_public_url_and_prefix_of_the_settings(tenants: TenantData, tmp_path: Path) -> None:
    api = Api(
        tenants.database,
        tmp_path / "data",
        public_url="https://docs.example.com/",
        root_path="/classify",
    )
    client = api.client(api.key(tenants.first))

    url, file_id = ask(client)

    assert url.startswith("https://docs.example.com/classify/upload/")
    # The proxy may strip the prefix, or not.
    path = urlsplit(url)._replace(scheme="", netloc="").geturl()
    for sent in (path, path.removeprefix("/classify")):
        assert new_client(api.app).put(sent, content=TEXT).status_code == 204
    assert client.get(f"{FILES}/{file_id}").status_code == 200


def test_unused_links_are_deleted_after_they_expire(
    database: Database, client: TestClient, anonymous: TestClient
) -> None:
    ask(client)
    url, _ = ask(client)
    with database.write() as session:
        oldest = select(PendingUpload.id).order_by(PendingUpload.id).limit(1).scalar_subquery()
        session.execute(
            update(PendingUpload)
            .where(PendingUpload.id == oldest)
            .values(expires_at=now() - timedelta(hours=2))
        )

    assert pending.delete_expired(database, 10) == 1
    assert promises(database) == 1
    assert anonymous.put(url, content=TEXT).status_code == 204
    assert promises(database) == 0
