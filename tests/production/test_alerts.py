"""The alert rules, as promtool and the real Prometheus read them."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
import yaml

from devtools.client import Client
from devtools.ports import free_port
from devtools.process import Process, wait_until
from devtools.server import RunningServer
from devtools.waiting import until
from tests.conftest import make_server

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "pigeonhole.rules.yml"
TOKEN = "a token of the tests"
ALERTS = {rule["alert"]: rule for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]}

# Series with a value each minute, in promtool's notation, and the alerts that fire after twenty.
FILES = "pigeonhole_files_total"
ATTEMPTS = "pigeonhole_webhook_attempts_total"
REQUESTS = "pigeonhole_requests_total"
DISK = "pigeonhole_disk"
CASES: list[tuple[dict[str, str], set[str]]] = [
    ({"pigeonhole_build_info": "1x3 stale _x20"}, {"PigeonholeNotScraped"}),
    ({"pigeonhole_database_up": "1x10 0x20"}, {"PigeonholeDatabaseDown"}),
    ({"pigeonhole_database_up": "0x19 1x10"}, set()),
    ({"pigeonhole_workers": "2x10 0x20"}, {"PigeonholeNoWorker"}),
    ({"pigeonhole_workers": "2x18 0x20"}, set()),
    ({'pigeonhole_workers{instance="a"}': "0x30", "pigeonhole_workers": "1x30"}, set()),
    ({"pigeonhole_queue_oldest_seconds": "0+60x30"}, {"PigeonholeQueueOld"}),
    ({"pigeonhole_queue_oldest_seconds": "900x30"}, set()),
    (
        {FILES + '{outcome="failed"}': "0+3x30", FILES + '{outcome="classified"}': "0+9x30"},
        {"PigeonholeFilesFail"},
    ),
    ({FILES + '{outcome="failed"}': "0+2x30", FILES + '{outcome="classified"}': "0+9x30"}, set()),
    ({FILES + '{outcome="failed"}': "0x10 1x1 2x1 3x20"}, set()),
    ({'pigeonhole_items_requeued_total{reason="lease"}': "0+1x30"}, {"PigeonholeWorkersLost"}),
    ({'pigeonhole_items_requeued_total{reason="start"}': "0+1x30"}, set()),
    (
        {ATTEMPTS + '{outcome="retry"}': "0+3x30", ATTEMPTS + '{outcome="delivered"}': "0+2x30"},
        {"PigeonholeWebhooksFail"},
    ),
    (
        {ATTEMPTS + '{outcome="retry"}': "0+2x30", ATTEMPTS + '{outcome="delivered"}': "0+3x30"},
        set(),
    ),
    (
        {
            ATTEMPTS + '{outcome="given_up"}': "0x10 1x30",
            ATTEMPTS + '{outcome="delivered"}': "0+2x30",
        },
        {"PigeonholeWebhooksGivenUp"},
    ),
    ({"pigeonhole_wakeups_failed_total": "0+1x30"}, {"PigeonholeBrokerDown"}),
    ({"pigeonhole_wakeups_failed_total": "0x5 1x30"}, set()),
    (
        {REQUESTS + '{status="503"}': "0+1x30", REQUESTS + '{status="200"}': "0+9x30"},
        {"PigeonholeRequestsFail"},
    ),
    ({REQUESTS + '{status="404"}': "0+1x30", REQUESTS + '{status="200"}': "0+9x30"}, set()),
    ({f"{DISK}_free_bytes": "9e9x30", f"{DISK}_size_bytes": "1e11x30"}, {"PigeonholeDiskFull"}),
    ({f"{DISK}_free_bytes": "1e9x30", f"{DISK}_size_bytes": "4e9x30"}, {"PigeonholeDiskFull"}),
    ({f"{DISK}_free_bytes": "2e10x30", f"{DISK}_size_bytes": "1e11x30"}, set()),
]


def test_each_alert_fires_at_its_number_and_not_below(tmp_path: Path) -> None:
    tests = []
    for series, expected in CASES:
        given = {"pigeonhole_build_info": "1x30", **series}
        tests.append(
            {
                "interval": "1m",
                "input_series": [
                    {"series": name, "values": values} for name, values in given.items()
                ],
                "promql_expr_test": [
                    {
                        "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                        "eval_time": "20m",
                        "exp_samples": [
                            {"labels": f'{{alertname="{name}"}}', "value": 1}
                            for name in sorted(expected)
                        ],
                    }
                ],
            }
        )
    cases = tmp_path / "cases.yml"
    cases.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "tests": tests}))

    done = subprocess.run(
        ["promtool", "test", "rules", cases], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert set.union(*(expected for _, expected in CASES)) == set(ALERTS)


def test_each_alert_leads_to_its_paragraph() -> None:
    page = (ROOT / "docs" / "how-to" / "alerts.md").read_text()
    headings = re.findall(r"^## (Pigeonhole\w+)$", page, re.MULTILINE)

    assert headings == list(ALERTS)
    for name, rule in ALERTS.items():
        assert rule["annotations"]["runbook"] == f"docs/how-to/alerts.md#{name.lower()}"


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    settings = {
        "metrics_port": free_port(),
        "metrics_token": TOKEN,
        "webhook_retry_seconds": "0.1,0.1",
        "sweep_seconds": 0.3,
    }
    server = make_server(request, "production", tmp_path / "data", settings)
    try:
        server.start()
        yield server
    finally:
        server.kill()


class Prometheus:
    """Prometheus that scrapes a server twice a second and evaluates the rules as often."""

    def __init__(self, folder: Path, server: RunningServer) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        # What takes minutes is left out, and two numbers are such that a test can reach them.
        rules = re.sub(r"^ +for: .+\n", "", RULES.read_text(), flags=re.MULTILINE)
        for shipped, quick in (("> 900", "> 1"), ("< 0.1", "< 2")):
            assert shipped in rules
            rules = rules.replace(shipped, quick)
        (folder / "rules.yml").write_text(rules)
        targets = [server.port, server.environment["PIGEONHOLE_METRICS_PORT"]]
        configuration = {
            "global": {"scrape_interval": "500ms", "evaluation_interval": "500ms"},
            "rule_files": ["rules.yml"],
            "scrape_configs": [
                {
                    "job_name": "pigeonhole",
                    "authorization": {"credentials": TOKEN},
                    "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in targets]}],
                }
            ],
        }
        (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        self.process = Process(
            "prometheus",
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={self.url.removeprefix('http://')}",
            ],
            log=folder / "log",
            environment={},
            folder=folder,
        )

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(self.url + path, trust_env=False)

    def is_ready(self) -> bool:
        try:
            return self.get("/-/ready").status_code == 200
        except httpx2.TransportError:
            return False

    def firing(self) -> set[str]:
        alerts = self.get("/api/v1/alerts").json()["data"]["alerts"]
        return {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}

    def wait_for(self, *names: str) -> None:
        until(lambda: self.firing() >= set(names), f"the alerts {', '.join(names)}")


@pytest.fixture
def prometheus(tmp_path: Path, server: RunningServer) -> Iterator[Prometheus]:
    folder = tmp_path / "prometheus"
    folder.mkdir()
    prometheus = Prometheus(folder, server)
    prometheus.process.start()
    try:
        wait_until(prometheus.is_ready, prometheus.process)
        yield prometheus
    finally:
        prometheus.process.kill()


def test_alerts_fire_on_a_running_server(server: RunningServer, prometheus: Prometheus) -> None:
    with closing(Client(server)) as client:
        # Every disk has less free than twice its size: the metrics of both processes are there.
        # Without `for:`, a worker that has only just started is missed for a moment.
        until(lambda: prometheus.firing() == {"PigeonholeDiskFull"}, "the alert of the disk alone")
        nobody = {"webhook_url": f"http://127.0.0.1:{free_port()}/"}
        empty = client.upload("")
        for _ in range(4):
            job_id = client.create_job([empty] * 5, webhook_configurations=[nobody])
            assert client.wait(job_id)["status"] == "ERROR"
        prometheus.wait_for(
            "PigeonholeFilesFail", "PigeonholeWebhooksFail", "PigeonholeWebhooksGivenUp"
        )
        between = prometheus.firing()
        assert server.worker is not None
        server.worker.stop()
        client.create_job(client.upload_many(1))
        prometheus.wait_for("PigeonholeNoWorker", "PigeonholeQueueOld")

    assert "PigeonholeNoWorker" not in between
