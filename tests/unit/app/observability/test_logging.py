"""Log lines for programs and for people."""

import io
import json
import logging
import sys

import pytest

from app.observability.logging import JsonFormatter, TextFormatter, bind, set_up_logging


def record(message: str = "file ended", **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"name": "worker.pipeline", "levelno": logging.INFO, "levelname": "INFO", "msg": message}
    )
    made.__dict__.update(extra)
    return made


def failed() -> logging.LogRecord:
    try:
        int("nonsense")
    except ValueError:
        return record(exc_info=sys.exc_info())
    raise AssertionError


class TestJson:
    def format(self, made: logging.LogRecord) -> dict[str, object]:
        text = JsonFormatter().format(made)
        assert "\n" not in text
        line: dict[str, object] = json.loads(text)
        return line

    def test_a_line(self) -> None:
        line = self.format(record(outcome="classified", seconds=0.25))

        assert str(line.pop("time")).endswith("+00:00")
        assert line == {
            "level": "info",
            "logger": "worker.pipeline",
            "message": "file ended",
            "outcome": "classified",
            "seconds": 0.25,
        }

    def test_bound_values(self) -> None:
        with bind(request_id="r1"), bind(job_id="j1"):
            inside = self.format(record())
        outside = self.format(record())

        assert (inside["request_id"], inside["job_id"]) == ("r1", "j1")
        assert "request_id" not in outside

    def test_an_exception_stays_on_its_line(self) -> None:
        assert "ValueError: invalid literal" in str(self.format(failed())["exception"])

    def test_a_line_break_cannot_forge_another_line(self) -> None:
        assert self.format(record('a\n{"level": "info"}'))["message"] == 'a\n{"level": "info"}'

    def test_values_of_any_kind(self) -> None:
        assert self.format(record(what=object))["what"] == "<class 'object'>"


class TestText:
    def test_a_path_forges_no_line_and_commands_no_terminal(self) -> None:
        line = TextFormatter().format(record(path="/a\n12:00:00 error\x1b[2J\x9b2J"))

        assert line.endswith(r"path=/a\n12:00:00 error\x1b[2J\x9b2J")

    def test_a_line(self) -> None:
        line = TextFormatter().format(record(outcome="classified"))

        assert line[8:] == " info    file ended outcome=classified"

    def test_an_exception_follows(self) -> None:
        first, *rest = TextFormatter().format(failed()).splitlines()

        assert first.endswith("file ended")
        assert rest[-1].startswith("ValueError: invalid literal")


@pytest.mark.usefixtures("kept_logging")
class TestSetUp:
    @pytest.mark.parametrize(
        ("style", "is_json"), [("json", True), ("text", False), ("auto", True)]
    )
    def test_the_style(self, style: str, *, is_json: bool) -> None:
        stream = io.StringIO()
        set_up_logging("info", style, stream)

        logging.getLogger("app").info("hello")

        assert stream.getvalue().startswith("{") is is_json

    def test_the_level(self) -> None:
        stream = io.StringIO()
        set_up_logging("warning", "text", stream)

        logging.getLogger("app").info("quiet")
        logging.getLogger("app").warning("loud")
        logging.getLogger("kombu").info("noise")

        assert "loud" in stream.getvalue()
        assert stream.getvalue().count("\n") == 1
