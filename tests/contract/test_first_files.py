"""The first file family, /api/v1/files, that llama-cloud 0.1.x and the npm services speak."""

import httpx2
from llama_cloud import LlamaCloud

from tests.contract.conftest import Upload
from tests.contract.texts import INVOICE

FILES = "/api/v1/files"

FILE_FIELDS = {
    "id",
    "name",
    "project_id",
    "external_file_id",
    "file_size",
    "file_type",
    "created_at",
    "updated_at",
    "last_modified_at",
    "expires_at",
    "purpose",
    "data_source_id",
    "resource_info",
    "permission_info",
}


def test_an_upload_answers_the_file(http: httpx2.Client, client: LlamaCloud) -> None:
    answer = http.post(
        FILES,
        params={"external_file_id": "/srv/scans/invoice.txt", "storage_type": "ignored"},
        files={"upload_file": ("invoice.txt", INVOICE.encode(), "text/plain")},
    )
    assert answer.status_code == 200
    file = answer.json()
    assert set(file) == FILE_FIELDS
    assert file["name"] == "invoice.txt"
    assert file["external_file_id"] == "/srv/scans/invoice.txt"
    assert file["file_size"] == len(INVOICE.encode())
    assert file["file_type"] == "txt"
    assert client.files.retrieve(file["id"]).name == "invoice.txt"


def test_a_name_without_extension_is_typed_by_its_content(http: httpx2.Client) -> None:
    answer = http.post(FILES, files={"upload_file": ("file", b"%PDF-1.7\n%content")})
    assert answer.json()["name"] == "file"
    assert answer.json()["file_type"] == "pdf"


def test_a_download_link_does_not_upload(
    client: LlamaCloud, upload: Upload, anonymous: httpx2.Client
) -> None:
    link = client.files.content(upload("original")).url
    assert anonymous.put(link, content=b"replaced").status_code == 405
    assert anonymous.get(link).content == b"original"


def test_get_and_content(http: httpx2.Client, upload: Upload, anonymous: httpx2.Client) -> None:
    file_id = upload("some bytes", "a.txt")
    assert http.get(f"{FILES}/{file_id}").json()["id"] == file_id
    link = http.get(f"{FILES}/dfl-{file_id}/content").json()
    assert anonymous.get(link["url"]).content == b"some bytes"


def test_a_deleted_file_is_gone_on_all_paths(http: httpx2.Client, client: LlamaCloud) -> None:
    file_id = client.files.create(file=("a.txt", b"x"), purpose="classify").id
    assert http.delete(f"{FILES}/{file_id}").status_code == 204
    for answer in (
        http.get(f"{FILES}/{file_id}"),
        http.get(f"{FILES}/{file_id}/content"),
        http.delete(f"{FILES}/{file_id}"),
        http.get(f"/api/v1/beta/files/{file_id}"),
    ):
        assert answer.status_code == 404
