"""A server with an embeddings server that becomes unavailable and available again."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.db import Database
from devtools.client import Client
from devtools.embeddings import EmbeddingsServer
from devtools.server import RunningServer, embedded_server
from devtools.server_state import database_of, read_job_record
from devtools.waiting import until
from tests.unit.worker.classification.labelled_texts import write_corpus
from tests.unit.worker.classification.tiny_model import write_model
from worker.classification.embedders.base import Prefixes
from worker.classification.embedders.onnx import OnnxEmbedder

INVOICE = "Invoice: a bill with total to pay. Invoice number, bill, total, invoice"


@pytest.fixture
def embeddings(tmp_path: Path) -> Iterator[EmbeddingsServer]:
    with EmbeddingsServer(OnnxEmbedder(write_model(tmp_path / "tiny"), Prefixes())) as running:
        yield running


@pytest.fixture
def own_server(embeddings: EmbeddingsServer, tmp_path: Path) -> Iterator[RunningServer]:
    """A server with one worker that asks for embeddings; not started, without constants."""
    server = embedded_server(
        tmp_path / "data",
        {
            "workers": 1,
            "models_dir": tmp_path / "models",
            "embedder": embeddings.url,
            "embedder_model": "tiny",
            "embedder_batch": 64,
            "embedder_tries": 1,
            "cache_max_bytes": 0,
        },
    )
    yield server
    server.stop()


def test_files_wait_for_the_embeddings_server(
    own_server: RunningServer, embeddings: EmbeddingsServer, tmp_path: Path
):
    corpus = write_corpus(tmp_path / "corpus")
    assert "Wrote " in own_server.run("models", "fit", "--corpus", str(corpus))
    own_server.start()
    with closing(Client(own_server)) as client, closing(database_of(own_server)) as database:
        job_id = client.create_job([client.upload(INVOICE)])
        assert client.wait(job_id)["status"] == "SUCCESS"
        assert client.results(job_id)[0]["result"]["type"] == "invoice"

        embeddings.stop()
        file_ids = [client.upload(f"{INVOICE} {number}") for number in range(3)]
        job_id = client.create_job(file_ids)
        until(lambda: "files wait in the queue" in own_server.output(), "the trouble")
        until(lambda: is_untouched(database, job_id), "the file to be given back")
        asked_before = len(embeddings.asked)
        embeddings.start()

        assert client.wait(job_id)["status"] == "SUCCESS"
        record = read_job_record(database, job_id)
        assert (record.statuses, record.most_attempts) == ({"done": 3}, 1)
        assert len(embeddings.asked) > asked_before
    # Only one file was tried while the embeddings server was unavailable.
    assert own_server.output().count("processing the next item failed") == 1
    assert "embeddings server available again" in own_server.output()


def is_untouched(database: Database, job_id: str) -> bool:
    record = read_job_record(database, job_id)
    return record.statuses == {"queued": 3} and record.all_attempts == 0


def test_a_server_without_constants_does_not_start(own_server: RunningServer):
    own_server.api.start()
    until(lambda: not own_server.api.is_running(), "the server's end")
    (sentence,) = own_server.output().splitlines()
    assert "there are no constants for the embedder http:tiny" in sentence
    assert "pigeonhole models fit --corpus DIR" in sentence
