"""`client.files.*` of llama-cloud 2.15.0: the family /api/v1/beta/files."""

import io
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from llama_cloud import LlamaCloud, NotFoundError

from tests.contract.conftest import Upload


def unique() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def batch(client: LlamaCloud) -> tuple[str, list[str]]:
    """Five files that share an external id, in the order of their upload."""
    label = unique()
    ids = [
        client.files.create(
            file=(f"{letter}-{label}.txt", b"text"), purpose="classify", external_file_id=label
        ).id
        for letter in "cabed"
    ]
    return label, ids


def test_upload_of_a_path_keeps_the_base_name(client: LlamaCloud, tmp_path: Path) -> None:
    path = tmp_path / "año 2026 (final).txt"
    path.write_text("some text")
    assert client.files.create(file=path, purpose="classify").name == path.name


def test_upload_of_an_open_file_keeps_the_base_name(client: LlamaCloud, tmp_path: Path) -> None:
    path = tmp_path / "open.txt"
    path.write_text("some text")
    with path.open("rb") as opened:
        assert client.files.create(file=opened, purpose="classify").name == "open.txt"


@pytest.mark.parametrize("as_stream", [False, True])
def test_upload_of_bytes_is_named_upload(client: LlamaCloud, *, as_stream: bool) -> None:
    content = b"some text"
    file = io.BytesIO(content) if as_stream else content
    assert client.files.create(file=file, purpose="classify").name == "upload"


def test_upload_of_a_tuple_is_named_by_it(client: LlamaCloud) -> None:
    created = client.files.create(
        file=("report.PDF", b"%PDF-1.7", "application/pdf"), purpose="classify"
    )
    assert (created.name, created.file_type) == ("report.PDF", "pdf")


def test_upload_echoes_purpose_and_external_id(client: LlamaCloud) -> None:
    created = client.files.create(
        file=("a.txt", b"x"), purpose="purpose", external_file_id="/srv/scans/a.txt"
    )
    assert uuid.UUID(created.id)
    assert uuid.UUID(created.project_id)
    assert (created.purpose, created.external_file_id) == ("purpose", "/srv/scans/a.txt")


def test_equal_uploads_give_different_files(client: LlamaCloud) -> None:
    first, second = (
        client.files.create(file=("a.txt", b"x"), purpose="classify", external_file_id="same").id
        for _ in range(2)
    )
    assert first != second


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.pdf", b""), ("program.exe", b"MZ\x90\x00"), ("noise.bin", bytes(range(256)))],
)
def test_no_upload_is_refused_for_its_type(client: LlamaCloud, name: str, content: bytes) -> None:
    assert client.files.create(file=(name, content), purpose="classify").name == name


def test_a_name_cannot_lead_out_of_its_folder(client: LlamaCloud) -> None:
    created = client.files.create(file=("../../etc/passwd", b"x"), purpose="classify")
    assert client.files.retrieve(created.id).name.rpartition("/")[2] == "passwd"


def test_a_file_is_retrieved_without_a_link(client: LlamaCloud, upload: Upload) -> None:
    file_id = upload("text", "notes.md")
    retrieved = client.files.retrieve(file_id)
    assert (retrieved.id, retrieved.name, retrieved.file_type) == (file_id, "notes.md", "md")
    assert retrieved.download_url is None


def test_expand_adds_the_download_url(client: LlamaCloud, upload: Upload) -> None:
    file_id = upload("for expansion", "expanded.txt")
    one = client.files.retrieve(file_id, expand=["download_url"]).download_url
    listed = next(iter(client.files.list(file_ids=[file_id], expand=["download_url"])))
    assert one is not None
    assert listed.download_url is not None
    for link in (one, listed.download_url):
        assert httpx2.get(link.url, trust_env=False).text == "for expansion"


def test_list_by_name_is_exact(client: LlamaCloud) -> None:
    name = f"{unique()}.txt"
    file_id = client.files.create(file=(name, b"x"), purpose="classify").id
    client.files.create(file=(f"{name}.bak", b"x"), purpose="classify")
    assert [file.id for file in client.files.list(file_name=name)] == [file_id]


def test_list_by_ids(client: LlamaCloud, batch: tuple[str, list[str]]) -> None:
    _, ids = batch
    wanted = {ids[0], ids[3]}
    assert {file.id for file in client.files.list(file_ids=[*wanted, str(uuid.uuid4())])} == wanted


def test_list_by_external_id(client: LlamaCloud, batch: tuple[str, list[str]]) -> None:
    label, ids = batch
    assert {file.id for file in client.files.list(external_file_id=label)} == set(ids)


def test_filters_narrow_each_other(client: LlamaCloud, batch: tuple[str, list[str]]) -> None:
    label, ids = batch
    found = client.files.list(external_file_id=label, file_name=f"a-{label}.txt", file_ids=ids)
    assert [file.id for file in found] == [ids[1]]


def test_list_goes_over_pages(client: LlamaCloud, batch: tuple[str, list[str]]) -> None:
    label, ids = batch
    page = client.files.list(external_file_id=label, page_size=2)
    assert len(page.items) == 2
    assert page.has_next_page()
    found = [file.id for file in page]
    assert len(found) == 5
    assert set(found) == set(ids)


def test_list_is_newest_first(client: LlamaCloud, batch: tuple[str, list[str]]) -> None:
    label, ids = batch
    listed = client.files.list(external_file_id=label, page_size=2)
    assert [file.id for file in listed] == ids[::-1]


def test_an_unknown_order_is_ignored(client: LlamaCloud, batch: tuple[str, list[str]]) -> None:
    label, ids = batch
    listed = client.files.list(external_file_id=label, order_by="order_by")
    assert {file.id for file in listed} == set(ids)


@pytest.mark.parametrize("page_size", [0, 100_000])
def test_a_strange_page_size_is_harmless(
    client: LlamaCloud, batch: tuple[str, list[str]], page_size: int
) -> None:
    label, ids = batch
    listed = client.files.list(external_file_id=label, page_size=page_size)
    assert {file.id for file in listed} == set(ids)


def test_query_filters_and_pages(client: LlamaCloud, batch: tuple[str, list[str]]) -> None:
    label, ids = batch
    found: list[str] = []
    token: str | None = None
    for _ in range(3):
        page = client.files.query(
            filter={"external_file_id": label, "only_manually_uploaded": True},
            page_size=2,
            page_token=token,
        )
        found += [file.id for file in page.items]
        token = page.next_page_token
    assert token is None
    assert sorted(found) == sorted(ids)


def test_query_by_name_and_ids(client: LlamaCloud, batch: tuple[str, list[str]]) -> None:
    label, ids = batch
    found = client.files.query(
        filter={"file_name": f"b-{label}.txt", "file_ids": ids}, page_size=0, order_by="order_by"
    )
    assert [file.id for file in found.items] == [ids[2]]


def test_content_is_a_link_that_needs_no_key(
    client: LlamaCloud, upload: Upload, anonymous: httpx2.Client
) -> None:
    file_id = upload("the very bytes", "überraschung.html")
    link = client.files.content(file_id)
    assert link.expires_at > datetime.now(UTC)
    answer = anonymous.get(link.url)
    assert answer.content == b"the very bytes"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert "%C3%BCberraschung.html" in disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_caller_chooses_how_long_a_link_lives(client: LlamaCloud, a_file: str) -> None:
    link = client.files.content(a_file, expires_at_seconds=90)
    assert link.expires_at <= datetime.now(UTC) + timedelta(seconds=91)


@pytest.mark.parametrize("seconds", [0, -5, 10**12])
def test_a_strange_time_to_live_is_harmless(
    client: LlamaCloud, a_file: str, anonymous: httpx2.Client, seconds: int
) -> None:
    link = client.files.content(a_file, expires_at_seconds=seconds)
    assert anonymous.get(link.url).status_code == 200


def test_an_expired_link_opens_nothing(
    client: LlamaCloud, upload: Upload, anonymous: httpx2.Client
) -> None:
    link = client.files.content(upload("secret"), expires_at_seconds=1)
    time.sleep(max(0.0, link.expires_at.timestamp() - time.time()) + 0.1)
    answer = anonymous.get(link.url)
    assert answer.status_code in {403, 404, 410}
    assert "secret" not in answer.text


@pytest.mark.parametrize("part", ["expires", "signature"])
def test_a_link_cannot_be_prolonged(
    client: LlamaCloud, a_file: str, anonymous: httpx2.Client, part: str
) -> None:
    url = httpx2.URL(client.files.content(a_file).url)
    forged = url.copy_set_param(part, "9" * 10 if part == "expires" else "A" * 43)
    assert anonymous.get(forged).status_code in {403, 404, 422}


def test_a_link_opens_no_other_file(
    client: LlamaCloud, upload: Upload, anonymous: httpx2.Client
) -> None:
    mine, other = upload("mine"), upload("secret of another")
    link = client.files.content(mine)
    forged = anonymous.get(link.url.replace(mine, other))
    # A link without the id stays unchanged and opens the client's own file.
    assert "secret" not in forged.text


def test_a_deleted_file_and_its_link_are_gone(
    client: LlamaCloud, upload: Upload, anonymous: httpx2.Client
) -> None:
    file_id = upload("soon gone")
    link = client.files.content(file_id)
    client.files.delete(file_id)
    assert list(client.files.list(file_ids=[file_id])) == []
    assert anonymous.get(link.url).status_code == 404
    for call in (client.files.retrieve, client.files.content, client.files.delete):
        with pytest.raises(NotFoundError):
            call(file_id)


def test_the_longer_form_of_an_id_is_the_same_file(client: LlamaCloud, upload: Upload) -> None:
    file_id = upload("text", "prefixed.txt")
    prefixed = f"dfl-{file_id}"
    assert client.files.retrieve(prefixed).id == file_id
    assert [file.id for file in client.files.list(file_ids=[prefixed])] == [file_id]
    assert [f.id for f in client.files.query(filter={"file_ids": [prefixed]}).items] == [file_id]
    assert client.files.content(prefixed).url
    client.files.delete(prefixed)
    with pytest.raises(NotFoundError):
        client.files.retrieve(file_id)


def test_an_unknown_file_is_not_found(client: LlamaCloud) -> None:
    unknown = str(uuid.uuid4())
    with pytest.raises(NotFoundError, match=unknown):
        client.files.retrieve(unknown)
