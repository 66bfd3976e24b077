"""A host with Celery workers only serves their metrics on a separate port."""

import re

import httpx2
import pytest
from sqlalchemy import func, select

from app.db import Database
from app.jobs.models import Item, ItemStatus
from devtools.client import Client
from devtools.server import NO_CERTIFICATES, RunningServer
from devtools.waiting import until
from tests.e2e.shared_server.conftest import METRICS_TOKEN


class Metrics:
    """The metrics of the workers' host."""

    def __init__(self, server: RunningServer) -> None:
        self.url = f"http://127.0.0.1:{server.environment['PIGEONHOLE_METRICS_PORT']}"
        self.key = {"Authorization": f"Bearer {METRICS_TOKEN}"}

    def get(self, path: str, headers: dict[str, str]) -> httpx2.Response:
        return httpx2.get(self.url + path, headers=headers, trust_env=False, verify=NO_CERTIFICATES)

    def value(self, name: str) -> float:
        """Return the sum of the samples whose line begins with a name."""
        lines = self.get("/metrics", self.key).text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


@pytest.mark.parametrize("shared_server", ["production"], indirect=True, scope="package")
def test_celery_children_count(server: RunningServer, client: Client, database: Database) -> None:
    metrics = Metrics(server)
    until(lambda: count_open(database) == 0, "the end of the files that other tests left")
    # In this mode no other test of this server leaves work behind: a file whose lease was lost is
    # classified, too.
    mode = "MULTIMODAL"
    classified = f'pigeonhole_classify_seconds_count{{mode="{mode}"}}'
    names = ("pigeonhole_files", classified)
    earlier = metrics.value("pigeonhole_files")
    client.wait(client.create_job(client.upload_many(1), mode=mode))
    # A file is counted after its outcome is recorded, which is when its job may end.
    until(lambda: metrics.value("pigeonhole_files") > earlier, "the first file to be counted")
    before = {name: metrics.value(name) for name in names}
    client.wait(client.create_job(client.upload_many(3), mode=mode))
    counted = before["pigeonhole_files"] + 3
    until(lambda: metrics.value("pigeonhole_files") >= counted, "all files to be counted")
    api = httpx2.get(f"{server.base_url}/metrics", headers=metrics.key, trust_env=False)

    assert metrics.get("/metrics", {}).status_code == 401
    assert metrics.get("/", metrics.key).status_code == 404
    assert {name: metrics.value(name) - value for name, value in before.items()} == {
        "pigeonhole_files": 3,
        classified: 3,
    }
    assert "pigeonhole_queue_items" not in metrics.get("/metrics", metrics.key).text
    assert 'pigeonhole_queue_items{status="queued"} 0.0' in api.text
    # Workers that another test killed count until their last heartbeat is old.
    (workers,) = re.findall(r"^pigeonhole_workers (.+)$", api.text, re.MULTILINE)
    assert float(workers) >= 2
    # The sweeper may have repeated one.
    assert re.search(r"^pigeonhole_wakeups_published_total [1-9]", api.text, re.MULTILINE)


def count_open(database: Database) -> int:
    """Return how many files are queued or in work."""
    is_open = Item.status.in_((ItemStatus.QUEUED, ItemStatus.RUNNING))
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Item).where(is_open)) or 0
