"""Malformed and hostile requests, on both databases."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from tests.integration.application import FILES, JOBS, RULES, Api, create_job, upload

BOUNDARY = "xyz"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    disposition = f'form-data; name="{name}"'
    if filename is not None:
        disposition += f'; filename="{filename}"'
    head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n"
    return head.encode() + content + b"\r\n"


def whole(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def leftovers(api: Api) -> list[str]:
    return [path.name for path in (api.folder / "blobs" / "incoming").iterdir()]


class TestProblems:
    """A body of 1 MB can have half a million problems: an answer names a few."""

    def test_a_list_that_is_far_too_long(self, client: TestClient) -> None:
        for body in ({"file_ids": [1] * 20_000}, {"rules": [1] * 20_000}):
            answer = client.post(JOBS, json={"file_ids": [], "rules": RULES, **body})

            assert answer.status_code == 422
            assert "too_long" in {problem["type"] for problem in answer.json()["detail"]}
            assert len(answer.content) < 1000

    def test_many_keys_that_do_not_exist(self, client: TestClient) -> None:
        body = {f"key{number}": 1 for number in range(300)}

        detail = client.post("/api/v1/beta/webhook-configs", json=body).json()["detail"]

        assert [problem["loc"] for problem in detail[:100]] == [["body", key] for key in body][:100]
        assert [problem["msg"] for problem in detail[100:]] == ["200 more problems are not listed."]


class TestText:
    """Postgres takes no NUL; both databases must answer the same."""

    @pytest.mark.parametrize("field", ["file_name", "external_file_id"])
    def test_nul_in_a_filter(self, client: TestClient, field: str) -> None:
        in_query = client.get(f"{FILES}?{field}=a%00b")
        in_body = client.post(f"{FILES}/query", json={"filter": {field: "a\0b"}})

        assert (in_query.status_code, in_body.status_code) == (422, 422)

    @pytest.mark.parametrize("field", ["external_file_id", "purpose"])
    def test_nul_in_a_field_of_an_upload(self, api: Api, client: TestClient, field: str) -> None:
        answer = client.post(FILES, files={"file": ("a.txt", b"a")}, data={field: "a\0b"})

        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["body", field]
        assert leftovers(api) == []

    def test_an_external_id_that_is_too_long(self, api: Api, client: TestClient) -> None:
        of_beta = client.post(
            FILES, files={"file": ("a.txt", b"a")}, data={"external_file_id": "x" * 3001}
        )
        of_first = client.post(
            "/api/v1/files",
            files={"upload_file": ("a.txt", b"a")},
            params={"external_file_id": "x" * 3001},
        )

        assert (of_beta.status_code, of_first.status_code) == (422, 422)
        assert leftovers(api) == []

    def test_the_longest_external_id_and_name(self, client: TestClient) -> None:
        name, external_id = "ü" * 3000, "€" * 3000
        made = client.post(
            FILES,
            files={"file": (name, b"a")},
            data={"external_file_id": external_id},
        ).json()

        assert (made["name"], made["external_file_id"]) == (name, external_id)

    @pytest.mark.parametrize(
        "webhook",
        [
            {"webhook_url": "https://host/\0"},
            {"webhook_events": ["parse.success\0"]},
            {"webhook_headers": {"X-\0": "a"}},
            {"webhook_signing_secret": "\0"},
        ],
    )
    def test_nul_in_a_webhook(self, client: TestClient, webhook: dict[str, Any]) -> None:
        body = {"file_ids": [upload(client)], "rules": RULES, "webhook_configurations": [webhook]}

        assert client.post(JOBS, json=body).status_code in {200, 422}

    @pytest.mark.parametrize("text", ["a\0b", "\ud800"])
    def test_text_of_a_rule_that_no_database_takes(self, client: TestClient, text: str) -> None:
        rule = {"type": "a", "description": f"a description with {text} in it"}
        body = json.dumps({"file_ids": [upload(client)], "rules": [rule]})

        answer = client.post(JOBS, content=body, headers={"Content-Type": "application/json"})

        assert answer.status_code == 422

    @pytest.mark.parametrize("number", [2**31, 2**63, 10**30, -(2**63)])
    def test_numbers_that_no_column_holds(self, client: TestClient, number: int) -> None:
        file_id = upload(client)
        for field, value in (("max_pages", number), ("target_pages", [number])):
            body = {"file_ids": [file_id], "rules": RULES, "parsing_configuration": {field: value}}
            assert client.post(JOBS, json=body).status_code in {200, 422}
        assert client.get(FILES, params={"page_size": number}).status_code in {200, 422}


class TestMultipart:
    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (b"", "ends before its last boundary"),
            (b"no boundary at all", "does not match its boundary"),
            (part("file", b"a", "a.txt"), "ends before its last boundary"),
            (whole(part("other", b"a", "a.txt")), "needs a part named 'file'"),
            (whole(part("other", b"a" * 4_000, "a.txt")), "is in a part named 'other'"),
            (whole(part("other", b"a" * 70_000, "a.txt")), "is in a part named 'other'"),
            (whole(part("file", b"a", "a"), part("file", b"b", "b")), "more than one part named"),
            (whole(*[part(f"f{n}", b"") for n in range(101)]), "more than 100 parts"),
            (whole(part("purpose", b"x" * 70_000)), "longer than 64 KiB"),
        ],
    )
    def test_a_broken_body_is_a_422_and_leaves_nothing(
        self, api: Api, client: TestClient, body: bytes, why: str
    ) -> None:
        answer = client.post(FILES, content=body, headers=MULTIPART)

        assert answer.status_code == 422
        assert why in answer.json()["detail"][0]["msg"]
        assert leftovers(api) == []

    @pytest.mark.parametrize(
        "kind",
        ["application/json", "multipart/form-data", "text/plain", "multipart/mixed; boundary=a"],
    )
    def test_a_body_of_another_kind(self, client: TestClient, kind: str) -> None:
        answer = client.post(FILES, content=b"{}", headers={"Content-Type": kind})

        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["header", "content-type"]

    def test_a_boundary_that_is_too_long(self, api: Api, client: TestClient) -> None:
        kind = f"multipart/form-data; boundary={'x' * 1000}"
        answer = client.post(FILES, content=b"", headers={"Content-Type": kind})

        assert answer.status_code == 422
        assert leftovers(api) == []

    def test_bytes_arrive_unchanged_however_they_are_cut(self, client: TestClient) -> None:
        content = bytes(range(256)) * 20 + b"\r\n--xy\r\n--xyzz\r\n"
        body = whole(part("purpose", b"classify"), part("file", content, "a.bin"))

        def in_pieces(size: int) -> Any:
            return (body[start : start + size] for start in range(0, len(body), size))

        for size in (1, 7, 1000):
            answer = client.post(FILES, content=in_pieces(size), headers=MULTIPART)
            assert answer.status_code == 201
            link = client.get(f"{FILES}/{answer.json()['id']}/content").json()["url"]
            assert client.get(link).content == content

    def test_a_client_that_goes_away_leaves_nothing(
        self, api: Api, client: TestClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def go_away() -> None:
            messages: AsyncIterator[dict[str, Any]] = _messages(
                {
                    "type": "http.request",
                    "body": part("file", b"a" * 2_000_000, "a.txt"),
                    "more_body": True,
                },
                {"type": "http.disconnect"},
            )
            sent: list[dict[str, Any]] = []

            async def send(message: dict[str, Any]) -> None:
                sent.append(message)

            scope = {
                "type": "http",
                "http_version": "1.1",
                "method": "POST",
                "path": FILES,
                "raw_path": FILES.encode(),
                "query_string": b"",
                "headers": [
                    (b"authorization", client.headers["Authorization"].encode()),
                    (b"content-type", MULTIPART["Content-Type"].encode()),
                ],
            }
            await api.app(scope, lambda: anext(messages), send)  # type: ignore[arg-type]

        asyncio.run(go_away())

        assert leftovers(api) == []
        assert client.get(FILES).json()["items"] == []
        assert "unexpected" not in caplog.text


async def _messages(*messages: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    for message in messages:
        yield message


class TestPaths:
    @pytest.mark.parametrize(
        "path", ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v1/beta/files/x/y"]
    )
    def test_nothing_under_api_answers_without_a_key(self, api: Api, path: str) -> None:
        answer = api.client("").get(path, headers={"Authorization": ""})

        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        "path", ["//api/v1/beta/files", "/API/v1/beta/files", "/api%2fv1/beta/files"]
    )
    def test_another_spelling_of_a_path_opens_nothing(self, api: Api, path: str) -> None:
        answer = api.client("").get(path, headers={"Authorization": ""})

        assert answer.status_code in {401, 404}

    @pytest.mark.parametrize(
        "name", ["../../etc/passwd", "..\\..\\boot.ini", "a\r\nX: y", '"; x="']
    )
    def test_a_name_does_no_harm_in_a_header(self, client: TestClient, name: str) -> None:
        made = client.post(FILES, files={"file": (name, b"a")}).json()
        link = client.get(f"{FILES}/{made['id']}/content").json()["url"]

        answer = client.get(link)

        assert answer.content == b"a"
        assert answer.headers["Content-Disposition"] == (
            f"attachment; filename*=UTF-8''{quote(made['name'], safe='')}"
        )
        assert not set(made["name"]) & set("/\\\r\n")

    def test_a_deleted_file_is_deleted_under_its_links_and_jobs(
        self, api: Api, client: TestClient
    ) -> None:
        file_id = upload(client)
        job_id = create_job(client, file_id)
        link = client.get(f"{FILES}/{file_id}/content").json()["url"]

        assert client.delete(f"{FILES}/{file_id}").status_code == 204

        assert client.get(link).status_code == 404
        assert client.get(f"{JOBS}/{job_id}").status_code == 200
        assert not [p for p in (api.folder / "blobs").rglob("*") if p.is_file()]
