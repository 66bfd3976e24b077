"""/readyz answers in time even if a part hangs, and calls a hanging part once."""

import threading
import time
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from app.api.dependencies import Services
from app.api.health import Readiness
from app.single_flight import SingleFlight
from tests.integration.application import Api


class Hanging:
    """A question without an answer until `go`."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        self.go.wait(120)
        return self.asked


def test_a_hanging_question_is_asked_once() -> None:
    hanging = Hanging()
    question = SingleFlight(hanging)

    results: list[Future[int]] = [question.begin() for _ in range(5)]
    with pytest.raises(TimeoutError):
        results[0].result(0.01)
    hanging.go.set()

    assert [answer.result(60) for answer in results] == [1] * 5
    assert question.begin().result(60) == 2


def test_an_error_is_handed_on() -> None:
    def fail() -> None:
        raise KeyError("reason")

    with pytest.raises(KeyError, match="reason"):
        SingleFlight(fail).begin().result(60)


def test_a_question_that_got_no_thread_is_asked_again() -> None:
    question = SingleFlight(lambda: 7)
    before = threading.stack_size(1 << 47)  # no system has the room
    try:
        with pytest.raises(RuntimeError):
            question.begin()
    finally:
        threading.stack_size(before)

    assert question.begin().result(60) == 7


def test_a_part_that_hangs_is_named_in_time(api: Api) -> None:
    hanging = Hanging()

    class Blobs:
        def check(self) -> None:
            hanging()

    services: Services = replace(api.app.state.services, blobs=Blobs())
    readiness = Readiness(services)

    began = time.monotonic()
    problems = readiness.check().problems
    took = time.monotonic() - began
    hanging.go.set()

    assert problems == {
        "files": "it has not answered within 2 seconds",
        "workers": "no worker runs: it is starting, or cannot start; see the server's log",
    }
    assert took < 60, "the part hangs for twice as long"


def test_every_part_is_named(api: Api, tmp_path: Path) -> None:
    api.database.close()
    (tmp_path / "data" / "blobs").rename(tmp_path / "elsewhere")

    report = Readiness(api.app.state.services).check()

    assert set(report.problems) >= {"files", "workers"}
    assert report.facts == {}


def test_a_process_goes_on_while_the_next_release_is_rolled_out(api: Api) -> None:
    with api.database.write() as session:
        ours = session.scalar(text("SELECT version_num FROM alembic_version"))
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        report = Readiness(api.app.state.services).check()
    finally:
        # Other tests use the same database.
        with api.database.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": ours})

    assert "database" not in report.problems
    assert report.facts["schema"] == "newer"
