"""The server under a path of a proxy, whether or not the proxy strips that path."""

from collections.abc import Iterator

import httpx2
import pytest
from llama_cloud import LlamaCloud

from devtools.server import RunningServer, embedded_server
from tests.contract.texts import INVOICE, RULES

PREFIX = "/tools/pigeonhole"
# The client marks its classifier as deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:(Please use|Use the GET):DeprecationWarning")


@pytest.fixture(scope="module")
def prefixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of one mode: the prefix is a matter of its HTTP side, which is the same in both."""
    settings = {"root_path": PREFIX, "workers": 1}
    with embedded_server(tmp_path_factory.mktemp("prefix") / "data", settings) as running:
        yield running


def test_the_client_works_under_the_prefix(prefixed: RunningServer) -> None:
    with LlamaCloud(base_url=f"{prefixed.base_url}{PREFIX}/", api_key=prefixed.api_key) as client:
        file = client.files.create(file=("a.txt", INVOICE.encode()), purpose="classify")
        results = client.classifier.classify(
            file_ids=[file.id], rules=RULES, polling_interval=0.1, backoff="constant"
        )
        assert results.items[0].result is not None
        link = client.files.content(file.id).url
    assert link.startswith(f"{prefixed.base_url}{PREFIX}/")
    assert httpx2.get(link, trust_env=False).content == INVOICE.encode()


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_the_prefix_may_be_stripped_on_the_way(prefixed: RunningServer, prefix: str) -> None:
    with httpx2.Client(
        base_url=prefixed.base_url + prefix,
        headers={"Authorization": f"Bearer {prefixed.api_key}"},
        trust_env=False,
    ) as http:
        assert http.get("/api/v1/classifier/jobs").status_code == 200
        assert http.get("/api/v1/classifier/jobs/").status_code == 200
        assert http.get("/api/v1/nothing").status_code == 404
        assert http.get("/readyz", headers={"Authorization": ""}).status_code == 200
