"""Previews from the request to the answer: the API, the queue, and a worker with the sandbox."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.db import now
from app.errors import FileError, FileErrorCode
from app.files.blobs.protocol import BlobStore
from app.files.cache import FileCache
from app.files.deletions import BlobDeleter
from app.files.models import CacheEntry
from app.files.service import get_linked
from app.previews import requests, values
from app.previews.models import PreviewRequest
from devtools.pdf_samples import pdf
from devtools.tenant_data import TenantData
from tests.integration.application import Api, upload
from worker.document_reader import DocumentReader
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrData
from worker.parsing.sandbox.parser import ParserUnavailable, SandboxedParser
from worker.preview_renderer import PreviewRenderer

LETTER = pdf("INVOICE 7\nTotal to pay by bank transfer", "second page")
TEXT = b"INVOICE 8\nTotal to pay by cheque"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxedParser]:
    with SandboxedParser(ocr=OcrData()) as parser:
        yield parser


class Broken(SandboxedParser):
    """A parser that raises this instead of drawing and reading."""

    def __init__(self, error: Exception) -> None:
        super().__init__(ocr=OcrData())
        self._error = error

    def render(self, *_: object) -> None:  # type: ignore[override]
        raise self._error

    def parse(self, *_: object) -> None:  # type: ignore[override]
        raise self._error


class Pages:
    """A client, and a worker that makes previews and nothing else."""

    def __init__(self, api: Api, tenants: TenantData, parser: SandboxedParser) -> None:
        self.api = api
        self.tenants = tenants
        self.database = tenants.database
        self.blobs: BlobStore = api.blobs
        self.client: TestClient = api.client(api.key(tenants.first))
        self.worker = self.renderer(parser)

    def renderer(self, parser: SandboxedParser) -> PreviewRenderer:
        cache = FileCache(self.database, self.blobs, 10_000_000)
        reader = DocumentReader(self.database, self.blobs, parser, cache, ParserLimits(), OcrData())
        return PreviewRenderer(self.database, reader)

    def get(self, file_id: str, what: str, page: int = 0, **query: object) -> httpx2.Response:
        path = f"/api/v1/files/{file_id}/pages/{page}/{what}"
        return self.client.get(path, params=query)  # type: ignore[arg-type]

    def made(self, file_id: str, what: str, page: int = 0, **query: object) -> httpx2.Response:
        """Return the answer after the worker has done what the first request asked for."""
        first = self.get(file_id, what, page, **query)
        assert (first.status_code, first.headers["Retry-After"]) == (202, "1"), first.text
        assert first.json() == {"status": "pending"}
        assert self.worker.run_next("w")
        assert not self.worker.run_next("w")
        return self.get(file_id, what, page, **query)

    def open_requests(self) -> list[PreviewRequest]:
        with self.database.read() as session:
            return list(session.scalars(select(PreviewRequest)))

    def expire(self) -> None:
        with self.database.write() as session:
            past = now() - timedelta(seconds=1)
            session.execute(update(PreviewRequest).values(lease_until=past))


@pytest.fixture
def env(api: Api, tenants: TenantData, sandbox: SandboxedParser) -> Pages:
    return Pages(api, tenants, sandbox)


def test_a_picture_is_drawn_once_and_then_there(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)

    answer = env.made(file_id, "picture", width=500)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.content[8:12] == b"WEBP"
    again = env.client.get(
        f"/api/v1/files/{file_id}/pages/0/picture",
        params={"width": 800},  # to which 500 was raised
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    assert env.open_requests() == []


def test_text_and_marks_come_with_the_picture(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)
    env.made(file_id, "picture")

    text = env.get(file_id, "text").json()
    marks = env.client.post(
        f"/api/v1/files/{file_id}/pages/0/marks",
        json={"quotes": ["total to pay", "nowhere"]},
    ).json()

    assert (text["page"], text["page_count"]) == (0, 2)
    assert text["text"].split("\n")[0].strip() == "INVOICE 7"
    found, missing = marks["quotes"]
    assert (found["quote"], missing["marks"]) == ("total to pay", [])
    (mark,) = found["marks"]
    assert 0 < mark["left"] < mark["right"] < 1
    assert 0 < mark["top"] < mark["bottom"] < 0.2


def test_another_width_is_another_picture(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)

    small = env.made(file_id, "picture", width=400)
    large = env.made(file_id, "picture", width=1600)

    assert len(small.content) < len(large.content)
    assert env.get(file_id, "picture", width=400).content == small.content


def test_a_format_without_pictures_has_its_text(env: Pages) -> None:
    file_id = upload(env.client, "a.txt", TEXT)

    picture = env.made(file_id, "picture")

    assert picture.status_code == 404
    assert "Look at the text of the page instead." in picture.json()["detail"]
    assert env.get(file_id, "text").json()["text"].startswith("INVOICE 8")


def test_a_page_that_does_not_exist(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)

    picture = env.made(file_id, "picture", 2)

    sentence = "The file has 2 pages, counted from 0: there is no page 2."
    assert (picture.status_code, picture.json()["detail"]) == (404, sentence)
    text = env.get(file_id, "text", 2)
    assert (text.status_code, "The page cannot be read" in text.json()["detail"]) == (404, True)


def test_a_damaged_file_has_neither_and_says_why(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", b"%PDF-1.7 and nothing else")

    picture = env.made(file_id, "picture")

    sentence = "The page cannot be drawn: the file is damaged."
    assert (picture.status_code, picture.json()["detail"]) == (404, sentence)
    assert env.get(file_id, "text").status_code == 404


@pytest.mark.parametrize("query", [{"width": 0}, {"width": 1601}])
def test_widths_are_bounded(env: Pages, query: dict[str, int]) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)

    assert env.get(file_id, "picture", **query).status_code == 422
    assert env.get(file_id, "picture", -1).status_code == 422
    assert env.open_requests() == []


def test_previews_go_with_their_file(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)
    env.made(file_id, "picture")
    env.get(file_id, "picture", 1)

    env.client.delete(f"/api/v1/files/{file_id}")

    assert env.open_requests() == []
    assert not env.worker.run_next("w")
    BlobDeleter(env.database, env.blobs).delete_next(100)
    blobs = env.api.folder / "blobs"
    assert [path for path in blobs.rglob("*") if path.is_file()] == []
    assert env.get(file_id, "picture").status_code == 404


def test_an_evicted_picture_is_drawn_again(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)
    env.made(file_id, "picture")

    FileCache(env.database, env.blobs, 1).evict(100)

    assert env.made(file_id, "picture").status_code == 200


def test_one_request_for_many_askers(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)

    answers = [env.get(file_id, what) for what in ("picture", "picture", "text")]

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len(env.open_requests()) == 1


def test_the_open_requests_of_a_project_are_bounded(
    env: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MAX_OPEN", 2)
    file_id = upload(env.client, "a.pdf", LETTER)
    other = env.api.tenant(env.tenants, "Other")
    theirs = upload(other, "a.pdf", LETTER)

    statuses = [env.get(file_id, "picture", page).status_code for page in range(4)]

    assert statuses == [202, 202, 429, 429]
    assert other.get(f"/api/v1/files/{theirs}/pages/0/picture").status_code == 202


def test_a_request_of_a_worker_that_died_is_claimed_again(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)
    env.get(file_id, "picture")
    lost = requests.claim_next(env.database, "dead")
    assert lost is not None
    assert not env.worker.run_next("w")

    env.expire()

    assert env.worker.run_next("w")
    assert env.get(file_id, "picture").status_code == 200
    requests.release(env.database, lost)  # has no effect any more
    assert env.open_requests() == []


def test_a_dead_embedded_worker_frees_its_requests_at_once(env: Pages) -> None:
    env.get(upload(env.client, "a.pdf", LETTER), "picture")
    assert requests.claim_next(env.database, "dead") is not None

    requests.release_worker(env.database, "alive")
    assert not env.worker.run_next("w")
    requests.release_worker(env.database, "dead")

    assert env.worker.run_next("w")


def test_a_page_that_kills_each_worker_ends_with_a_sentence(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)
    env.get(file_id, "picture")
    for _ in range(requests.MAX_ATTEMPTS):
        assert requests.claim_next(env.database, "dead") is not None
        env.expire()

    assert env.worker.run_next("w")

    answer = env.get(file_id, "picture")
    assert (answer.status_code, "tried to draw it died" in answer.json()["detail"]) == (404, True)


def test_a_fault_of_the_machine_keeps_the_request(env: Pages) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)
    env.get(file_id, "picture")

    with pytest.raises(ParserUnavailable):
        env.renderer(Broken(ParserUnavailable("no memory"))).run_next("w")

    (request,) = env.open_requests()
    assert (request.attempt, request.lease_until) == (0, None)
    assert env.worker.run_next("w")
    assert env.get(file_id, "picture").status_code == 200


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            FileError(FileErrorCode.TIMEOUT, "it took too long"),
            "cannot be drawn: it took too long.",
        ),
        (RuntimeError("a fault of ours"), "an unexpected error happened"),
    ],
)
def test_other_errors_end_the_request(env: Pages, error: Exception, sentence: str) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)
    env.get(file_id, "picture")

    assert env.renderer(Broken(error)).run_next("w")

    answer = env.get(file_id, "picture")
    assert (answer.status_code, sentence in answer.json()["detail"]) == (404, True)


def test_a_problem_is_tried_again_after_a_while(
    env: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = upload(env.client, "a.pdf", LETTER)
    env.get(file_id, "picture")
    error = FileError(FileErrorCode.OUT_OF_MEMORY, "it took too much memory")
    assert env.renderer(Broken(error)).run_next("w")
    assert env.get(file_id, "picture").status_code == 404

    monkeypatch.setattr(values, "RETRY_PROBLEMS_SECONDS", -1.0)

    assert env.made(file_id, "picture").status_code == 200


def test_without_a_cache_there_are_no_previews(tenants: TenantData, tmp_path: Path) -> None:
    api = Api(tenants.database, tmp_path / "data", cache_max_bytes=0)
    client = api.client(api.key(tenants.first))
    file_id = upload(client, "a.pdf", LETTER)

    answer = client.get(f"/api/v1/files/{file_id}/pages/0/picture")

    assert answer.status_code == 404
    assert "PIGEONHOLE_CACHE_MAX_BYTES" in answer.json()["detail"]


def test_a_damaged_cache_entry_is_made_again(env: Pages) -> None:
    file_id = upload(env.client, "a.txt", TEXT)
    env.made(file_id, "text")
    with env.database.read() as session:
        (entry,) = session.scalars(select(CacheEntry).where(CacheEntry.kind == "preview"))
        assert get_linked(session, UUID(file_id)).id == entry.file_id
    (env.api.folder / "blobs" / entry.blob_key).write_bytes(b"\0")

    assert env.made(file_id, "text").json()["text"].startswith("INVOICE 8")
