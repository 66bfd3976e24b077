"""Presigned links end with the API key that created them, and uploads to them count as its own."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.api.links import KEY_ENDED, _sign
from app.db import now
from app.projects.keys import NewKey, create_key, revoke_key
from app.projects.models import ApiKey
from app.projects.service import set_limits
from devtools.tenant_data import TenantData
from tests.integration.application import FILES, Api, new_client, upload

LINKS = "/api/v1/files"


@pytest.fixture
def client(tenants: TenantData, api: Api) -> TestClient:
    new = NewKey("k", project_id=tenants.first.project_id)
    with api.database.write() as session:
        return api.client(create_key(session, api.secrets, new, actor="command:test"))


@pytest.fixture
def anonymous(api: Api) -> TestClient:
    return new_client(api.app, raise_server_exceptions=False)


def link_for(client: TestClient, **body: object) -> str:
    answer = client.put(LINKS, json={"name": "a.txt", **body})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


def end_key(api: Api, how: str) -> None:
    with api.database.write() as session:
        key_id = session.scalars(select(ApiKey.id).where(ApiKey.name == "k")).one()
        if how == "revoked":
            revoke_key(session, key_id)
        else:
            session.execute(update(ApiKey).values(expires_at=now() - timedelta(seconds=1)))


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_links_end_with_their_key(
    api: Api, client: TestClient, anonymous: TestClient, how: str
) -> None:
    download = client.get(f"{FILES}/{upload(client)}/content").json()["url"]
    put = link_for(client)
    assert anonymous.get(download).status_code == 200

    end_key(api, how)
    answers = anonymous.get(download), anonymous.put(put, content=b"INVOICE 1")

    assert [(answer.status_code, answer.json()["detail"]) for answer in answers] == [
        (404, KEY_ENDED)
    ] * 2


def test_another_key_cannot_be_named(
    tenants: TenantData, api: Api, client: TestClient, anonymous: TestClient
) -> None:
    link = link_for(client)
    api.key(tenants.first)
    with api.database.read() as session:
        key_id = session.scalars(select(ApiKey.id).where(ApiKey.name == "test")).one()
    start, rest = link.split("&key=")
    signature = rest.partition("&")[2]

    forged = [f"{start}&key={key_id}&{signature}", f"{start}&{signature}"]

    assert [anonymous.put(each, content=b"a").status_code for each in forged] == [404, 404]


def test_links_of_the_release_before_work_until_they_expire(
    api: Api, client: TestClient, anonymous: TestClient
) -> None:
    link = link_for(client)
    file_id = link.partition("/upload/")[2].partition("?")[0]
    expires = int(link.partition("expires=")[2].partition("&")[0])
    signature = _sign(api.secrets, "PUT", file_id, expires, None)  # type: ignore[arg-type]

    answer = anonymous.put(f"/upload/{file_id}?expires={expires}&signature={signature}")

    assert answer.status_code == 204


def test_an_upload_to_a_link_counts_as_an_upload_of_its_key(
    tenants: TenantData, api: Api, client: TestClient, anonymous: TestClient
) -> None:
    with api.database.write() as session:
        limits = {"uploads_per_minute": 3}
        set_limits(session, tenants.first.project_id, limits, actor="command:test")
    link = link_for(client)

    answers = [anonymous.put(link, content=b"INVOICE 1") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [204, 204, 429]
    assert "3 uploads a minute" in answers[-1].json()["detail"]


class TestQuota:
    @pytest.fixture
    def api(self, tenants: TenantData, tmp_path: Path) -> Api:
        return Api(tenants.database, tmp_path, project_max_bytes=1000)

    def test_no_byte_is_written_beyond_it(
        self, api: Api, client: TestClient, anonymous: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link, full = link_for(client), link_for(client)
        begun: list[str] = []
        create = api.blobs.create
        monkeypatch.setattr(api.blobs, "create", lambda: (begun.append("a blob"), create())[1])

        refused = anonymous.put(link, content=b"x" * 1001)
        fits = anonymous.put(link, content=b"x" * 1000)
        no_room = anonymous.put(full, content=iter([b"x"]))

        assert [answer.status_code for answer in (refused, fits, no_room)] == [413, 204, 413]
        assert refused.json()["detail"] == (
            "The project has room for 1000 B more. Delete files that you do not need."
        )
        assert len(begun) == 1

    def test_a_body_without_a_length_ends_at_it(
        self, client: TestClient, anonymous: TestClient
    ) -> None:
        answer = anonymous.put(link_for(client), content=iter([b"x" * 600] * 2))

        assert answer.status_code == 413
