from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from llama_cloud import LlamaCloud
from llama_cloud.types.classifier.classify_job import ClassifyJob
from llama_cloud.types.classifier.job_get_results_response import Item

from devtools.server import NO_CERTIFICATES, RunningServer
from devtools.waiting import WAIT_SECONDS, until
from tests.conftest import MODES, make_server
from tests.contract.texts import INVOICE, RULES

Upload = Callable[..., str]
Run = Callable[..., tuple[ClassifyJob, list[Item]]]

# Small, so that the tests of the limit need not send a hundred megabytes.
SETTINGS = {"upload_max_bytes": 100_000}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The client marks its classifier as deprecated; all other warnings stay errors.
    deprecated = pytest.mark.filterwarnings("ignore:(Please use|Use the GET):DeprecationWarning")
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(deprecated)


@pytest.fixture(scope="package", params=MODES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """One server of each mode for the whole folder: starting them takes longer than the tests."""
    data_dir = tmp_path_factory.mktemp(request.param) / "data"
    with make_server(request, request.param, data_dir, SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[LlamaCloud]:
    """The official client, told to refuse answers that its own schema does not know."""
    with LlamaCloud(
        base_url=server.base_url, api_key=server.api_key, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture(scope="module")
def http(server: RunningServer) -> Iterator[httpx2.Client]:
    """A plain HTTP client with the key, for what the official client hides."""
    with httpx2.Client(
        base_url=server.base_url,
        headers={"Authorization": f"Bearer {server.api_key}"},
        trust_env=False,
        timeout=WAIT_SECONDS,
        verify=NO_CERTIFICATES,
    ) as client:
        yield client


@pytest.fixture(scope="module")
def anonymous(server: RunningServer) -> Iterator[httpx2.Client]:
    """A plain HTTP client without a key."""
    with httpx2.Client(
        base_url=server.base_url, trust_env=False, timeout=WAIT_SECONDS, verify=NO_CERTIFICATES
    ) as client:
        yield client


@pytest.fixture(scope="module")
def upload(client: LlamaCloud) -> Upload:
    def upload(content: str | bytes = INVOICE, name: str = "document.txt") -> str:
        data = content.encode() if isinstance(content, str) else content
        return client.files.create(file=(name, data), purpose="classify").id

    return upload


@pytest.fixture(scope="module")
def a_file(upload: Upload) -> str:
    """The id of one file for all tests that only need some file."""
    return upload()


@pytest.fixture(scope="module")
def run(client: LlamaCloud) -> Run:
    """Run a job to its end, whichever that is."""

    def run(file_ids: list[str], **options: object) -> tuple[ClassifyJob, list[Item]]:
        job = client.classifier.jobs.create(**{"file_ids": file_ids, "rules": RULES, **options})
        job = finished(client, job.id)
        return job, client.classifier.jobs.get_results(job.id).items

    return run


def finished(client: LlamaCloud, job_id: str) -> ClassifyJob:
    """Wait for any terminal state; the client's own helper raises on the unhappy ones."""
    until(lambda: client.classifier.jobs.get(job_id).status != "PENDING", f"the end of {job_id}")
    return client.classifier.jobs.get(job_id)
