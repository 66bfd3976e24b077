"""A host with Celery workers only serves their metrics on a separate port."""

import re
from contextlib import closing
from pathlib import Path

import httpx2

from devtools.client import Client
from devtools.ports import free_port
from devtools.postgres import PostgresServer
from devtools.redis import RedisServer
from devtools.server import production_server

TOKEN = "a token of the tests"


def test_celery_children_count(
    tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer
) -> None:
    port = free_port()
    server = production_server(
        tmp_path / "data",
        postgres_server.fresh_database(),
        redis_server.fresh_database(),
        {"metrics_port": port, "metrics_token": TOKEN, "workers": 1},
    )
    with server, closing(Client(server)) as client:
        client.finished(client.start_job(client.upload_many(3)))
        with httpx2.Client(trust_env=False) as http:
            url = f"http://127.0.0.1:{port}/metrics"
            key = {"Authorization": f"Bearer {TOKEN}"}
            refused = http.get(url)
            elsewhere = http.get(f"http://127.0.0.1:{port}/", headers=key)
            workers = http.get(url, headers=key)
            api = http.get(f"{server.base_url}/metrics", headers=key)

    ended = [line for line in workers.text.splitlines() if line.startswith("pigeonhole_files")]
    assert (refused.status_code, elsewhere.status_code) == (401, 404)
    assert sum(float(line.split()[-1]) for line in ended) == 3
    assert 'pigeonhole_classify_seconds_count{mode="FAST"} 3.0' in workers.text
    assert "pigeonhole_queue_items" not in workers.text
    assert 'pigeonhole_queue_items{status="queued"} 0.0' in api.text
    assert "pigeonhole_workers 1.0" in api.text
    # The sweeper may have repeated one.
    assert re.search(r"^pigeonhole_wakeups_published_total [1-9]", api.text, re.MULTILINE)
