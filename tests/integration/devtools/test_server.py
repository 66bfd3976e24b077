"""The real program starts, stops and survives being killed, in both modes."""

import signal
from pathlib import Path

import httpx2
import psutil
import pytest

from devtools.postgres import PostgresServer
from devtools.process import ServerFailed
from devtools.reaper import family_of, still_alive
from devtools.redis import RedisServer
from devtools.server import RunningServer, embedded_server, production_server

SERVER_SETTINGS = {"job_max_files": 3}


def jobs_of(server: RunningServer) -> httpx2.Response:
    with httpx2.Client(trust_env=False, base_url=server.base_url) as client:
        return client.get(
            "/api/v1/classifier/jobs", headers={"Authorization": f"Bearer {server.api_key}"}
        )


def test_it_answers_its_key(server: RunningServer):
    assert jobs_of(server).status_code == 200


def test_it_sees_its_own_settings_and_nothing_of_ours(server: RunningServer):
    environment = psutil.Process(server.api.pid).environ()
    assert environment["PIGEONHOLE_JOB_MAX_FILES"] == "3"
    assert not [name for name in environment if name.lower().endswith("_proxy")]


def test_other_verbs_run_with_its_settings(server: RunningServer):
    assert server.run("keys", "list").strip()


@pytest.fixture(params=["embedded", "production"])
def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> RunningServer:
    if request.param == "embedded":
        return embedded_server(tmp_path / "data")
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    redis: RedisServer = request.getfixturevalue("redis_server")
    return production_server(tmp_path / "data", postgres.fresh_database(), redis.fresh_database())


def test_stop_and_kill_leave_no_process_and_start_continues(own_server: RunningServer):
    with own_server:
        key = own_server.api_key
        everybody = [each for process in own_server.processes for each in family_of(process.pid)]
        own_server.kill()
        assert not still_alive(everybody, seconds=1)
        own_server.start()
        everybody = [each for process in own_server.processes for each in family_of(process.pid)]
        assert own_server.api_key == key
        assert jobs_of(own_server).status_code == 200
    assert not still_alive(everybody, seconds=1)
    # A worker that was told before it listened to signals ends by the signal itself.
    assert {process.returncode for process in own_server.processes} <= {0, -signal.SIGTERM}


def test_a_server_that_cannot_start_shows_why(tmp_path: Path):
    server = embedded_server(tmp_path / "data", {"job_max_rules": "many"})
    with pytest.raises(ServerFailed, match="PIGEONHOLE_JOB_MAX_RULES"):
        server.start()
    assert [path.name for path in tmp_path.iterdir()] == ["data-serve.log"]
