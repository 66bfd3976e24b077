import pytest
import redis

from devtools.redis import RedisServer


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TEST_REDIS_URL", raising=False)
    server = RedisServer()
    server.start()
    yield server
    server.stop()


def test_databases_know_nothing_of_each_other(redis_server: RedisServer):
    with (
        redis.Redis.from_url(redis_server.fresh_database()) as first,
        redis.Redis.from_url(redis_server.fresh_database()) as second,
    ):
        first.set("letter", "a")
        assert first.get("letter") == b"a"
        assert second.get("letter") is None


def test_it_is_configured_as_production_is(own_server: RedisServer):
    with redis.Redis.from_url(own_server.url) as client:
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_the_socket_is_the_same_server(own_server: RedisServer):
    with redis.Redis.from_url(own_server.url) as client:
        client.set("letter", "a")
    with redis.Redis.from_url(f"unix://{own_server.socket}") as client:
        assert client.get("letter") == b"a"


def test_what_reached_the_disk_survives_kill_9(own_server: RedisServer):
    with redis.Redis.from_url(own_server.url) as client:
        # everysec may lose a second's writes
        client.config_set("appendfsync", "always")
        client.set("letter", "b")
        pid = client.info("server")["process_id"]
    own_server.kill_and_restart()
    with redis.Redis.from_url(own_server.url) as client:
        assert client.get("letter") == b"b"
        assert client.info("server")["process_id"] != pid


def test_a_killed_server_answers_nobody(own_server: RedisServer):
    own_server.kill()
    with redis.Redis.from_url(own_server.url) as client, pytest.raises(redis.ConnectionError):
        client.ping()
    own_server.start_again()
    with redis.Redis.from_url(own_server.url) as client:
        assert client.ping()


def test_stopping_leaves_nothing_behind(own_server: RedisServer):
    folder = own_server.socket.parent
    own_server.stop()
    assert not folder.exists()
