import stat
from pathlib import Path

import psycopg
import pytest

from devtools.postgres import PostgresServer


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def test_databases_know_nothing_of_each_other(postgres_server: PostgresServer):
    first, second = postgres_server.fresh_database(), postgres_server.fresh_database()
    ask(first, "CREATE TABLE letters (id int)")
    assert ask(first, "SELECT count(*) FROM letters") == 0
    with pytest.raises(psycopg.errors.UndefinedTable):
        ask(second, "SELECT count(*) FROM letters")


def test_a_migration_runs_once_and_its_database_is_copied(postgres_server: PostgresServer):
    calls = []

    def migrate(url: str) -> None:
        calls.append(url)
        ask(url, "CREATE TABLE pigeonholes AS SELECT 7 AS id")

    urls = [postgres_server.fresh_database(migrate) for _ in range(3)]
    assert [ask(url, "SELECT id FROM pigeonholes") for url in urls] == [7, 7, 7]
    assert len(calls) == 1
    assert calls[0] not in urls


def test_a_migration_that_leaves_its_connection_open_can_still_be_copied(
    postgres_server: PostgresServer,
):
    left_open = []

    def migrate(url: str) -> None:
        left_open.append(psycopg.connect(url.replace("+psycopg", "")))

    url = postgres_server.fresh_database(migrate)
    assert ask(url, "SELECT 1") == 1
    left_open[0].close()


def test_text_is_utf8_and_sorts_by_code_point(postgres_server: PostgresServer):
    url = postgres_server.fresh_database()
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SELECT string_agg(x, '' ORDER BY x) FROM unnest('{b,é,A,a}'::text[]) x") == (
        "Aabé"
    )


def test_a_dropped_database_is_gone_although_somebody_is_connected(
    postgres_server: PostgresServer,
):
    url = postgres_server.fresh_database()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        postgres_server.drop(url)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        ask(url, "SELECT 1")


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    server = PostgresServer()
    server.start()
    yield server
    server.stop()


def test_an_immediate_restart_cuts_connections_and_keeps_commits(own_server: PostgresServer):
    url = own_server.fresh_database()
    ask(url, "CREATE TABLE letters AS SELECT 1 AS id")
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        own_server.restart_immediately()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert ask(url, "SELECT id FROM letters") == 1


def test_nobody_else_can_reach_the_server(own_server: PostgresServer):
    folder = ask(own_server.fresh_database(), "SHOW unix_socket_directories")
    assert stat.S_IMODE(Path(str(folder)).stat().st_mode) == 0o700
    assert ask(own_server.fresh_database(), "SHOW listen_addresses") == ""


def test_stopping_leaves_nothing_behind(own_server: PostgresServer):
    folder = Path(str(ask(own_server.fresh_database(), "SHOW unix_socket_directories")))
    own_server.stop()
    assert not folder.exists()
