"""The bytes on the wire: status codes, headers and field sets that no client shows."""

import asyncio
import socket
import uuid
from urllib.parse import urlsplit

import httpx2
import pytest
from llama_cloud import LlamaCloud

from devtools.server import RunningServer
from tests.contract.answers import (
    FILE_FIELDS,
    ITEM_FIELDS,
    JOB_FIELDS,
    PAGE_FIELDS,
    RESULT_FIELDS,
    is_moment,
    json_of,
)
from tests.contract.conftest import Upload, finished
from tests.contract.texts import BROKEN_PDF, INVOICE, RULES

JOBS = "/api/v1/classifier/jobs"
FILES = "/api/v1/beta/files"


def test_job_create(http: httpx2.Client, a_file: str) -> None:
    job = json_of(http.post(JOBS, json={"file_ids": [a_file], "rules": RULES}))
    assert set(job) == JOB_FIELDS
    assert job["status"] == "PENDING"
    assert job["rules"] == RULES
    assert job["mode"] == "FAST"
    assert job["parsing_configuration"] == {"lang": "en", "max_pages": 5, "target_pages": None}
    assert uuid.UUID(job["id"])
    assert uuid.UUID(job["project_id"])
    assert isinstance(job["user_id"], str)
    assert is_moment(job["created_at"])
    assert is_moment(job["updated_at"])
    assert is_moment(job["effective_at"])


def test_job_get_and_results(client: LlamaCloud, http: httpx2.Client, upload: Upload) -> None:
    created = client.classifier.jobs.create(
        file_ids=[upload(INVOICE), upload(BROKEN_PDF, "broken.pdf")], rules=RULES
    )
    finished(client, created.id)
    job = json_of(http.get(f"{JOBS}/{created.id}"))
    assert set(job) == JOB_FIELDS
    assert job["status"] == "PARTIAL_SUCCESS"
    results = json_of(http.get(f"{JOBS}/{created.id}/results"))
    assert set(results) == PAGE_FIELDS
    assert results["next_page_token"] is None
    good, bad = results["items"]
    assert set(good) == set(bad) == ITEM_FIELDS
    assert set(good["result"]) == RESULT_FIELDS
    assert good["result"]["reasoning"].startswith(good["result"]["summary"] + "\n- ")
    assert good["result"]["reasoning"].endswith("\nDetails:\n" + good["result"]["details"])
    assert [good["file_name"], bad["file_name"]] == ["document.txt", "broken.pdf"]
    assert [job["file_count"], job["ended_count"], job["failed_count"]] == [2, 2, 1]
    assert good["error"] is None
    assert bad["result"] is None
    assert set(bad["error"]) == {"code", "message"}
    assert bad["error"]["code"] == "corrupt"
    assert f"broken.pdf: {bad['error']['message']}" in job["error_message"]
    assert is_moment(good["created_at"])
    assert is_moment(good["updated_at"])


def test_job_list(http: httpx2.Client, a_file: str) -> None:
    for _ in range(2):
        http.post(JOBS, json={"file_ids": [a_file], "rules": RULES})
    page = json_of(http.get(JOBS, params={"page_size": 1}))
    assert set(page) == PAGE_FIELDS
    assert set(page["items"][0]) == JOB_FIELDS
    assert isinstance(page["next_page_token"], str)
    assert page["total_size"] is None
    counted = json_of(http.get(JOBS, params={"page_size": 1, "include_total": "true"}))
    assert counted["total_size"] >= 2


def test_the_last_page_has_no_token(http: httpx2.Client, a_file: str) -> None:
    http.post(JOBS, json={"file_ids": [a_file], "rules": RULES})
    assert json_of(http.get(JOBS, params={"page_size": 1000}))["next_page_token"] is None


def test_upload_is_a_201(http: httpx2.Client) -> None:
    file = json_of(
        http.post(FILES, files={"file": ("a.txt", b"x")}, data={"purpose": "classify"}), 201
    )
    assert set(file) == FILE_FIELDS
    assert file["external_file_id"] is None
    assert file["file_type"] == "txt"


def test_the_parts_of_an_upload_come_in_any_order(http: httpx2.Client) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="late.txt"\r\n\r\n'
        b'text\r\n--b\r\nContent-Disposition: form-data; name="external_file_id"\r\n\r\nx-1\r\n'
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nclassify\r\n--b--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    file = json_of(http.post(FILES, content=body, headers=headers), 201)
    assert (file["name"], file["purpose"], file["external_file_id"]) == (
        "late.txt",
        "classify",
        "x-1",
    )


def test_file_answers(http: httpx2.Client, a_file: str) -> None:
    assert set(json_of(http.get(f"{FILES}/{a_file}"))) == FILE_FIELDS
    page = json_of(http.get(FILES, params={"page_size": 1}))
    assert set(page) == PAGE_FIELDS
    assert set(page["items"][0]) == FILE_FIELDS
    assert page["total_size"] is None
    query = json_of(http.post(f"{FILES}/query", json={}))
    assert set(query) == PAGE_FIELDS
    link = json_of(http.get(f"{FILES}/{a_file}/content"))
    assert {"url", "expires_at"} <= set(link) <= {"url", "expires_at", "form_fields"}
    assert is_moment(link["expires_at"])


def test_links_are_built_from_the_host_of_the_request(http: httpx2.Client, a_file: str) -> None:
    answer = http.get(f"{FILES}/{a_file}/content", headers={"Host": "documents.example:8443"})
    assert urlsplit(answer.json()["url"]).netloc == "documents.example:8443"


def test_forwarded_headers_are_not_believed(http: httpx2.Client, a_file: str) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    link = http.get(f"{FILES}/{a_file}/content", headers=headers).json()["url"]
    assert "evil.example" not in link


@pytest.mark.parametrize("family", [FILES, "/api/v1/files"])
def test_delete_is_a_204_without_a_body(http: httpx2.Client, upload: Upload, family: str) -> None:
    # The Python client announces JSON on a DELETE and sends none.
    answer = http.request(
        "DELETE", f"{family}/{upload()}", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_body_of_a_delete_is_not_read(http: httpx2.Client, upload: Upload) -> None:
    answer = http.request(
        "DELETE",
        f"{FILES}/{upload()}",
        headers={"Content-Type": "application/json"},
        content=b"{ this is no json",
    )
    assert answer.status_code == 204


def test_fern_clients_get_a_closed_connection(http: httpx2.Client, a_file: str) -> None:
    paths = ["/api/v1/classifier/jobs", f"/api/v1/files/{a_file}", "/api/v1/files/unknown"]
    for path in paths:
        answer = http.get(path, headers={"X-Fern-Language": "Python"})
        assert answer.headers["Connection"] == "close"
    assert "close" not in http.get(JOBS).headers.get("Connection", "")


@pytest.mark.parametrize(("key", "size", "status"), [("wrong", 10, 401), ("right", 150_000, 413)])
def test_a_closed_connection_does_not_swallow_a_refusal(
    server: RunningServer, key: str, size: int, status: int
) -> None:
    """Fern's async client reads a reset, and no status, when unread bytes are thrown away."""
    headers = {
        "X-Fern-Language": "Python",
        "Authorization": f"Bearer {server.api_key if key == 'right' else 'llx-wrong'}",
    }

    async def upload() -> int:
        async with httpx2.AsyncClient(base_url=server.base_url, trust_env=False) as client:
            files = {"upload_file": ("a.txt", b"x" * size)}
            return (await client.post("/api/v1/files", headers=headers, files=files)).status_code

    async def upload_often() -> list[int]:
        return [await upload() for _ in range(20)]

    assert asyncio.run(upload_often()) == [status] * 20


def test_the_headers_of_the_clients_are_tolerated(http: httpx2.Client) -> None:
    headers = {
        "X-Stainless-Lang": "python",
        "X-Stainless-Package-Version": "2.15.0",
        "X-Stainless-Retry-Count": "1",
        "X-Stainless-Read-Timeout": "60",
        "User-Agent": "LlamaCloud/Python 2.15.0",
        "Cookie": "session=abc",
    }
    assert http.get(JOBS, headers=headers).status_code == 200


def test_the_scheme_of_the_key_is_read_in_any_case(
    server: RunningServer, anonymous: httpx2.Client
) -> None:
    headers = {"Authorization": f"bearer {server.api_key}"}
    assert anonymous.get(JOBS, headers=headers).status_code == 200


def test_an_upload_without_a_key_is_refused_before_its_body(server: RunningServer) -> None:
    """The answer must come while 50 MB of an unknown sender are still announced."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(
            b"POST /api/v1/beta/files HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 50000000\r\n\r\n--b"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 401")


def test_a_file_that_is_too_large_is_refused_by_its_announced_length(server: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(
            b"POST /api/v1/beta/files HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + f"Authorization: Bearer {server.api_key}\r\n".encode()
            + b"Content-Type: multipart/form-data; boundary=b\r\n"
            b"Content-Length: 50000000000\r\n\r\n--b"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_errors_are_json_with_a_sentence(http: httpx2.Client) -> None:
    for answer, status in (
        (http.get(f"{JOBS}/{uuid.uuid4()}"), 404),
        (http.get("/api/v1/nothing"), 404),
        (http.put(JOBS), 405),
        (http.get(JOBS, headers={"Authorization": ""}), 401),
    ):
        body = json_of(answer, status)
        assert set(body) == {"detail"}
        assert isinstance(body["detail"], str)


def test_livez_and_readyz(anonymous: httpx2.Client) -> None:
    assert anonymous.get("/livez").status_code == 200
    assert anonymous.get("/readyz").status_code == 200
    # Uptime monitors ask for the head only.
    assert anonymous.head("/livez").status_code == 200
    assert anonymous.head("/readyz").status_code == 200


def test_every_answer_names_its_request(http: httpx2.Client) -> None:
    first, second = (http.get(JOBS).headers["X-Request-ID"] for _ in range(2))
    assert first != second
