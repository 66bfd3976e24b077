"""Refusals: the exception that the official client raises, and the body that it reads."""

import uuid
from typing import Any

import httpx2
import pytest
from llama_cloud import (
    APIStatusError,
    AuthenticationError,
    LlamaCloud,
    NotFoundError,
    UnprocessableEntityError,
)

from devtools.server import RunningServer
from tests.contract.texts import RULES

JOBS = "/api/v1/classifier/jobs"
NOBODYS = "8aa548d8-d258-443a-8389-9118ceb5ae94"
GOOD = "A description that is long enough."


def rule(type_: str = "invoice", description: str = GOOD) -> dict[str, str]:
    return {"type": type_, "description": description}


def assert_is_the_list(error: APIStatusError) -> list[dict[str, Any]]:
    """Fern's client raises another exception when a 422 is anything but this list."""
    assert isinstance(error.body, dict)
    detail = error.body["detail"]
    assert isinstance(detail, list)
    assert detail
    for entry in detail:
        assert isinstance(entry["loc"], list)
        assert all(isinstance(part, str | int) for part in entry["loc"])
        assert isinstance(entry["msg"], str)
        assert isinstance(entry["type"], str)
    return detail


def locations(detail: list[dict[str, Any]]) -> list[list[str | int]]:
    return [entry["loc"] for entry in detail]


def test_a_wrong_key(server: RunningServer) -> None:
    with (
        LlamaCloud(base_url=server.base_url, api_key="llx-wrong") as client,
        pytest.raises(AuthenticationError) as caught,
    ):
        client.files.list()
    assert caught.value.response.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_answers_tell_a_wrong_key_from_a_missing_one(anonymous: httpx2.Client) -> None:
    missing = anonymous.get(JOBS)
    wrong = anonymous.get(JOBS, headers={"Authorization": "Bearer llx-wrong"})
    other_scheme = anonymous.get(JOBS, headers={"Authorization": "Basic dTpw"})
    assert {missing.status_code, wrong.status_code, other_scheme.status_code} == {401}
    assert isinstance(missing.json()["detail"], str)
    assert missing.json()["detail"] != wrong.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", JOBS),
        ("POST", JOBS),
        ("GET", f"{JOBS}/{NOBODYS}"),
        ("GET", f"{JOBS}/{NOBODYS}/results"),
        ("POST", "/api/v1/beta/files"),
        ("GET", "/api/v1/beta/files"),
        ("DELETE", f"/api/v1/beta/files/{NOBODYS}"),
        ("POST", "/api/v1/files"),
        ("PUT", "/api/v1/files"),
        ("GET", "/api/v1/projects"),
        ("GET", "/api/v1/organizations"),
    ],
)
def test_nothing_is_open_without_a_key(anonymous: httpx2.Client, method: str, path: str) -> None:
    assert anonymous.request(method, path).status_code == 401


def test_unknown_files_are_named(client: LlamaCloud, a_file: str) -> None:
    unknown = [str(uuid.uuid4()), str(uuid.uuid4())]
    with pytest.raises(NotFoundError) as caught:
        client.classifier.jobs.create(file_ids=[unknown[0], a_file, unknown[1]], rules=RULES)
    assert all(file_id in caught.value.message for file_id in unknown)
    assert a_file not in caught.value.message
    assert isinstance(caught.value.body, dict)
    assert isinstance(caught.value.body["detail"], str)


def test_a_deleted_file_is_not_found(client: LlamaCloud) -> None:
    file_id = client.files.create(file=("a.txt", b"x"), purpose="classify").id
    client.files.delete(file_id)
    with pytest.raises(NotFoundError, match=file_id):
        client.classifier.jobs.create(file_ids=[file_id], rules=RULES)


def test_an_unknown_job(client: LlamaCloud) -> None:
    unknown = str(uuid.uuid4())
    with pytest.raises(NotFoundError):
        client.classifier.jobs.get(unknown)
    with pytest.raises(NotFoundError):
        client.classifier.jobs.get_results(unknown)


def test_a_job_id_that_is_none(client: LlamaCloud) -> None:
    with pytest.raises(UnprocessableEntityError) as caught:
        client.classifier.jobs.get("not-a-uuid")
    (problem,) = assert_is_the_list(caught.value)
    assert problem["msg"].startswith("Not an id of this server.")


CASES: dict[str, tuple[dict[str, object], list[str | int]]] = {
    "no files": ({"file_ids": []}, ["body", "file_ids"]),
    "501 files": ({"file_ids": [str(uuid.uuid4())] * 501}, ["body", "file_ids"]),
    "an invalid file id": ({"file_ids": ["file-1"]}, ["body", "file_ids", 0]),
    "no rules": ({"rules": []}, ["body", "rules"]),
    "201 rules": ({"rules": [rule(f"t{n}") for n in range(201)]}, ["body", "rules"]),
    "an empty type": ({"rules": [rule("")]}, ["body", "rules", 0, "type"]),
    "a type of 51": ({"rules": [rule("a" * 51)]}, ["body", "rules", 0, "type"]),
    "a slash in a type": ({"rules": [rule(), rule("a/b")]}, ["body", "rules", 1, "type"]),
    "a type of blanks": ({"rules": [rule("   ")]}, ["body", "rules", 0, "type"]),
    "a line break in a type": ({"rules": [rule("a\n")]}, ["body", "rules", 0, "type"]),
    "a description of 9": (
        {"rules": [rule(description="123456789")]},
        ["body", "rules", 0, "description"],
    ),
    "a description of 501": (
        {"rules": [rule(description="x" * 501)]},
        ["body", "rules", 0, "description"],
    ),
    "a type twice": ({"rules": [rule(), rule()]}, ["body", "rules"]),
    "an unknown mode": ({"mode": "SLOW"}, ["body", "mode"]),
    "no parsing configuration": (
        {"parsing_configuration": None},
        ["body", "parsing_configuration"],
    ),
    "an unknown language": (
        {"parsing_configuration": {"lang": "xx"}},
        ["body", "parsing_configuration", "lang"],
    ),
    "no language": (
        {"parsing_configuration": {"lang": None}},
        ["body", "parsing_configuration", "lang"],
    ),
    "negative max_pages": (
        {"parsing_configuration": {"max_pages": -1}},
        ["body", "parsing_configuration", "max_pages"],
    ),
    "no target pages": (
        {"parsing_configuration": {"target_pages": []}},
        ["body", "parsing_configuration", "target_pages"],
    ),
    "a negative target page": (
        {"parsing_configuration": {"target_pages": [0, -1]}},
        ["body", "parsing_configuration", "target_pages", 1],
    ),
    "an unknown webhook key": (
        {"webhook_configurations": [{"webhook_url": "https://a.example/", "url": "x"}]},
        ["body", "webhook_configurations", 0, "url"],
    ),
    "a webhook to another scheme": (
        {"webhook_configurations": [{"webhook_url": "ftp://a.example/"}]},
        ["body", "webhook_configurations", 0, "webhook_url"],
    ),
    "an unknown webhook format": (
        {"webhook_configurations": [{"webhook_output_format": "xml"}]},
        ["body", "webhook_configurations", 0, "webhook_output_format"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_the_contract_forbids_is_a_422(client: LlamaCloud, a_file: str, case: str) -> None:
    wrong, place = CASES[case]
    request: dict[str, Any] = {"file_ids": [a_file], "rules": [rule()], **wrong}
    with pytest.raises(UnprocessableEntityError) as caught:
        client.classifier.jobs.create(**request)
    # A list may be refused as a whole or by its element: both tell the user where to look.
    assert any(
        found[: len(place)] == place or place[: len(found)] == found
        for found in locations(assert_is_the_list(caught.value))
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"file_ids": null, "rules": null}'],
)
def test_a_body_that_is_not_a_request(http: httpx2.Client, body: bytes) -> None:
    answer = http.post(JOBS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], list)


def test_unknown_keys_of_a_request_are_ignored(http: httpx2.Client, a_file: str) -> None:
    body = {
        "file_ids": [a_file],
        "rules": [{**rule(), "priority": 1}],
        "parsing_configuration": {"lang": "en", "tier": "x"},
        "future": True,
    }
    assert http.post(JOBS, json=body).status_code == 200


def test_a_foreign_page_token(http: httpx2.Client) -> None:
    for path in (JOBS, "/api/v1/beta/files"):
        answer = http.get(path, params={"page_token": "page_token"})
        assert answer.status_code in {400, 422}
        assert answer.json()["detail"]


def test_a_token_of_another_listing(http: httpx2.Client, client: LlamaCloud) -> None:
    for name in ("a.txt", "b.txt"):
        client.files.create(file=(name, b"x"), purpose="classify")
    token = http.get("/api/v1/beta/files", params={"page_size": 1}).json()["next_page_token"]
    assert http.get(JOBS, params={"page_token": token}).status_code in {400, 422}


def test_a_file_that_is_too_large(client: LlamaCloud) -> None:
    with pytest.raises(APIStatusError) as caught:
        client.files.create(file=("large.txt", b"x" * 150_000), purpose="classify")
    assert caught.value.status_code == 413
    assert isinstance(caught.value.body, dict)
    assert isinstance(caught.value.body["detail"], str)


def test_a_request_that_is_too_large(http: httpx2.Client, a_file: str) -> None:
    body = {"file_ids": [a_file], "rules": [rule()], "padding": "x" * 1_100_000}
    answer = http.post(JOBS, json=body)
    assert answer.status_code == 413
    assert isinstance(answer.json()["detail"], str)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "application/json"}, b"{}"),
        ({"Content-Type": "multipart/form-data"}, b"--x\r\n"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"no boundary in here"),
        (
            {"Content-Type": "multipart/form-data; boundary=x"},
            b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nclassify\r\n--x--\r\n',
        ),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/beta/files", "/api/v1/files"])
def test_an_upload_without_a_file(
    http: httpx2.Client, path: str, headers: dict[str, str], body: bytes
) -> None:
    answer = http.post(path, headers=headers, content=body)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], list)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/nothing", "/api/v1/classifier/jobs/x/y/z"])
def test_an_unknown_path(http: httpx2.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    is_of_the_api = "files and classification only" in answer.json()["detail"]
    assert is_of_the_api is path.startswith("/api/")


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", JOBS), ("PATCH", "/api/v1/beta/files"), ("GET", "/api/v1/files")],
)
def test_a_method_that_is_not_there(http: httpx2.Client, method: str, path: str) -> None:
    answer = http.request(method, path)
    assert answer.status_code == 405
    assert isinstance(answer.json()["detail"], str)
    assert answer.headers["Allow"]


def test_a_wrong_method_names_those_of_all_routes_of_the_path(http: httpx2.Client) -> None:
    answer = http.patch(JOBS)
    assert answer.headers["Allow"] == "GET, POST"
    assert answer.json()["detail"] == "This path does not take PATCH. It takes GET, POST."
    assert http.put("/docs").json()["detail"] == "This path does not take PUT. It takes GET."


@pytest.mark.parametrize(
    ("content_type", "body", "status", "sentence"),
    [
        # What `curl -d` sends without a header.
        ("application/x-www-form-urlencoded", b'{"rules": []}', 422, "Send the body as JSON"),
        ("application/json", b"", 422, "Send the body as JSON"),
        ("application/json", b"[]", 422, "Give a JSON object."),
        ("application/json", b"{'rules': []}", 422, "The body is not valid JSON: Expecting"),
        ("application/json", b'"\xff"', 400, "The body cannot be decoded"),
    ],
)
def test_a_body_that_is_not_json_is_told_how_to_send_it(
    http: httpx2.Client, content_type: str, body: bytes, status: int, sentence: str
) -> None:
    answer = http.post(JOBS, content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status
    detail = answer.json()["detail"]
    assert (detail if status == 400 else detail[0]["msg"]).startswith(sentence)


def test_a_slash_too_many_is_never_a_redirect(http: httpx2.Client, a_file: str) -> None:
    """Fern's client does not follow redirects: it reports a 307 as an error."""
    body = {"file_ids": [a_file], "rules": [rule()]}
    assert http.post(f"{JOBS}/", json=body).status_code == 200
    assert http.get(f"{JOBS}/").status_code == 200
    assert http.get(f"/api/v1/beta/files/{a_file}/").status_code == 200


@pytest.mark.parametrize("prefix", ["/api/v1", "/api/v2", "/api", "/v1"])
def test_a_base_url_with_the_beginning_of_paths(server: RunningServer, prefix: str) -> None:
    with (
        LlamaCloud(base_url=f"{server.base_url}{prefix}", api_key=server.api_key) as client,
        pytest.raises(NotFoundError, match=rf"base URL without {prefix}\."),
    ):
        client.classifier.jobs.list()


def test_a_base_url_that_ends_in_a_slash(server: RunningServer) -> None:
    with LlamaCloud(base_url=f"{server.base_url}/", api_key=server.api_key) as client:
        assert client.classifier.jobs.list(page_size=1).items is not None
