import contextlib
import signal
import time

from app.errors import FileErrorCode
from devtools import pdf_samples, sample_files
from worker.parsing.readers.pdf.fallback import _judge_blank_pages, _read_one, run_with_timeout


def test_a_slow_function_is_interrupted():
    def fail() -> str:
        raise ValueError

    def sleep() -> str:
        time.sleep(60)
        return "late"

    assert run_with_timeout(lambda: "Größe" * 50_000, 20) == "Größe" * 50_000
    assert run_with_timeout(fail, 20) == ""
    start = time.monotonic()
    assert run_with_timeout(sleep, 0.2) == ""
    assert time.monotonic() - start < 50


def test_a_library_that_catches_exceptions_is_interrupted_too():
    def catch_all() -> str:
        while True:
            with contextlib.suppress(Exception):
                time.sleep(60)

    assert run_with_timeout(catch_all, 0.2) == ""


def test_a_timer_that_runs_already_goes_on():
    def ring(*_: object) -> None:
        raise AssertionError

    before = signal.signal(signal.SIGALRM, ring)
    timer = signal.setitimer(signal.ITIMER_REAL, 1000)
    try:
        assert run_with_timeout(lambda: "done", 20) == "done"
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 900
        assert signal.getsignal(signal.SIGALRM) is ring
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, before)


def judge(data: bytes) -> tuple[str, list[int]]:
    damaged: list[int] = []
    return _judge_blank_pages(sample_files.source(data), [0], damaged), damaged


def test_blank_pages_are_told_from_broken_files():
    assert _read_one(sample_files.source(pdf_samples.pdf("One", "Two")), 1) == "Two"
    assert judge(pdf_samples.pdf(b"")) == ("", [])
    lying = pdf_samples.pdf(b"").replace(b"/Count 1", b"/Count 7")
    assert judge(lying)[0] == FileErrorCode.CORRUPT
    assert judge(b"nothing")[0] == FileErrorCode.CORRUPT
    bomb = pdf_samples.pdf(b"").replace(
        pdf_samples.stream(b""), pdf_samples.deflated(b" " * 80_000_000)
    )
    assert judge(bomb)[0] == FileErrorCode.TOO_LARGE
    packed = pdf_samples.pdf(b"").replace(pdf_samples.stream(b""), pdf_samples.deflated(b" " * 99))
    assert judge(packed) == ("", [])
    # A program took the file for text in UTF-8.
    content = pdf_samples.deflated(pdf_samples.text_content("Words on the page " * 9))
    spoiled = content.decode("utf-8", "replace").encode()
    assert judge(pdf_samples.pdf(b"").replace(pdf_samples.stream(b""), spoiled)) == ("", [0])
