"""A watched folder: a file is taken when it is complete, once, and not while it is written."""

import os
from collections.abc import Callable
from pathlib import Path

from cli.sorting.journal import Identity, Method
from cli.sorting.session import Order, open_session
from cli.sorting.watch import Watch
from tests.unit.cli.sorting.first_word import TYPES, FirstWord, contents

Write = Callable[[str, str], Path]


def is_new(_path: Path, _identity: Identity) -> bool:
    return False


def ignore(_path: Path, _reason: str) -> None:
    pass


def test_a_file_is_complete_when_two_looks_find_it_the_same(
    source: Path, out: Path, write: Write
) -> None:
    watch = Watch(source, [out], is_new, ignore)
    path = write("a.txt", "inv")

    assert watch.look() == []
    path.write_text("invoice")
    assert watch.look() == []
    assert watch.look() == [path]
    assert watch.look() == []


def test_a_file_that_is_open_for_writing_is_left_alone(source: Path, out: Path) -> None:
    watch = Watch(source, [out], is_new, ignore)
    path = source / "a.txt"
    with path.open("w") as writer:
        writer.write("invoice")
        writer.flush()
        assert watch.look() == []
        assert watch.look() == []
    with path.open():
        assert watch.look() == [path]


def test_a_changed_file_is_taken_again(source: Path, out: Path, write: Write) -> None:
    watch = Watch(source, [out], is_new, ignore)
    path = write("a.txt", "invoice")
    watch.look()
    assert watch.look() == [path]

    path.write_text("letter, longer")

    assert watch.look() == []
    assert watch.look() == [path]


def test_what_is_sorted_is_not_taken(source: Path, out: Path, write: Write) -> None:
    old, new = write("old.txt", "invoice"), write("new.txt", "invoice")
    watch = Watch(source, [out], lambda path, _: path == old, ignore)

    watch.look()

    assert watch.look() == [new]


def test_a_folder_that_cannot_be_read_is_named_once(source: Path, out: Path) -> None:
    named: list[Path] = []
    watch = Watch(source, [out], is_new, lambda path, _: named.append(path))
    source.rmdir()

    watch.look()
    watch.look()

    assert named == [source]


def test_it_gives_more_files_after_it_had_none(source: Path, out: Path, write: Write) -> None:
    watch = Watch(source, [out], is_new, ignore)

    assert list(watch) == []
    path = write("a.txt", "invoice")
    found: list[Path] = []
    while not found:
        watch.wait()
        found = list(watch)

    assert found == [path]


def test_following_sorts_what_comes(source: Path, out: Path, write: Write) -> None:
    order = Order(source, out, Method.MOVE, TYPES, 0.8)
    with open_session(order) as session:
        items = session.follow(FirstWord(), ignore)
        write("a.txt", "invoice")
        first = next(items)
        write("sub/a.txt", "letter")
        second = next(items)

    assert [first.target, second.target] == [Path("invoice/a.txt"), Path("letter/a.txt")]
    assert contents(source) == {}


def test_a_file_that_changes_while_it_is_read_is_sorted_later(
    source: Path, out: Path, write: Write
) -> None:
    path = write("a.txt", "invoice")

    class Rewriting(FirstWord):
        def classify(self, paths):  # the protocol's
            for result in super().classify(paths):
                if path.read_text() == "invoice":
                    path.write_text("letter 0.9")
                    os.utime(path, ns=(0, 0))
                yield result

    with open_session(Order(source, out, Method.COPY, TYPES, 0.8)) as session:
        items = session.follow(Rewriting(), ignore)
        first, second = next(items), next(items)

    assert (first.target, first.is_failure) == (None, False)
    assert second.target == Path("letter/a.txt")
    assert contents(out) == {"letter/a.txt": b"letter 0.9"}
