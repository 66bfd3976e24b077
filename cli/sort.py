"""`pigeonhole sort`: a folder for each type."""

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from app.configurations.rules_file import RulesFile, read_rules
from app.errors import PigeonholeError, StartupError
from app.text import escape_line
from cli.classification.opening import open_classifier
from cli.classification.results import Classifier
from cli.classification.server import find_server, server_options
from cli.sorting.checks import (
    check_folders,
    check_links,
    check_output,
    check_sorted,
    check_source,
)
from cli.sorting.errors import SortStopped
from cli.sorting.inbox import find_files
from cli.sorting.journal import Journal, Method
from cli.sorting.names import SPECIAL_FOLDERS
from cli.sorting.placement import Placement
from cli.sorting.report import (
    CsvReport,
    SortedItem,
    describe_item,
    folders_to_json,
    undone_to_json,
)
from cli.sorting.session import Order, Session, open_session
from cli.sorting.undo import remove_traces, undo_sort

DEFAULT_MIN_CONFIDENCE = 0.8


_EXAMPLES = """\b
Examples:
  pigeonhole sort scans sorted --rules rules.yaml
  pigeonhole sort --undo sorted
"""


@click.command(epilog=_EXAMPLES)
@click.argument("folders", nargs=-1, metavar="IN OUT", type=click.Path(path_type=Path))
@click.option(
    "--rules", type=click.Path(path_type=Path), metavar="FILE", help="Your rules, a YAML file."
)
@click.option(
    "--copy", "method", flag_value=Method.COPY, default=Method.COPY,
    help="Copy the files.  [default]",
)  # fmt: skip
@click.option("--move", "method", flag_value=Method.MOVE, help="Move the files.")
@click.option(
    "--link", "method", flag_value=Method.LINK, help="Give the files a second name (a hard link)."
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    metavar="0-1",
    help="Less sure ones go to _check.  [default: of the rules, else 0.8]",
)
@click.option("--watch", is_flag=True, help="Follow IN until you stop it (Ctrl-C, SIGTERM).")
@click.option("--undo", is_flag=True, help="Put everything back that was sorted into OUT.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; with --watch one item a line.")
@server_options
def sort(
    folders: Sequence[Path],
    rules: Path | None,
    method: Method,
    min_confidence: float | None,
    server: str | None,
    api_key: str | None,
    *,
    watch: bool,
    undo: bool,
    as_json: bool,
) -> None:
    """Sort the files of folder IN into folders of OUT, one for each type.

    Files that are less sure go to _check, files that no rule fits to _unknown, files that cannot
    be read to _failed. No file is replaced: the second scan.pdf becomes "scan (2).pdf". OUT keeps
    a table, .pigeonhole/sorted.csv, and a journal. Run the same command again to sort what is new
    or changed, also after a crash. Hidden files, symbolic links and OUT itself are left alone.

    --undo leaves and names files that were changed since.

    The exit code is 1 if a file failed or was left, and 2 if nothing was started.
    """
    if undo:
        _undo(folders, as_json=as_json)
        return
    if len(folders) != 2:
        raise click.UsageError("Give two folders: the one to sort, and the one to sort into.")
    if rules is None:
        raise click.UsageError("Give your rules with --rules FILE.")
    rules_file = read_rules(rules)
    order = _check(folders[0], folders[1], rules_file, method, min_confidence, watch=watch)
    # What is unsure is null to the rules, but has a folder here.
    unsure = replace(rules_file, min_confidence=None)
    classifier = open_classifier(unsure, find_server(server, api_key))
    output = _Output(order.source, as_json=as_json, is_stream=watch)
    with _interrupted_by_sigterm(), classifier, open_session(order, output.add) as session:
        click.echo(classifier.describe(), err=as_json)
        stopped = _run(session, classifier, output, watch=watch)
    output.close(folders_to_json(session.summary))
    click.echo(session.summary.describe(), err=as_json)
    if stopped is not None:
        click.echo(f"pigeonhole: {stopped}", err=True)
    is_incomplete = session.summary.left and not watch
    if stopped or session.summary.failed or output.has_errors or is_incomplete:
        sys.exit(1)


def _check(
    source: Path,
    out: Path,
    rules: RulesFile,
    method: Method,
    min_confidence: float | None,
    *,
    watch: bool,
) -> Order:
    """Return what to do, if it can be done. Raises StartupError."""
    source = check_source(source)
    out = check_output(source, out, removes_sources=method is Method.MOVE)
    check_folders(out, SPECIAL_FOLDERS)
    first = next((path for path, _ in find_files(source, out, lambda *_: None)), None)
    if first is None and not watch:
        raise StartupError(
            f"no files found in {escape_line(str(source))}: hidden files and links are left out"
        )
    if first is not None and method is Method.LINK:
        check_links(source, out, first)
    if min_confidence is None:
        min_confidence = rules.min_confidence
    if min_confidence is None:
        min_confidence = DEFAULT_MIN_CONFIDENCE
    types = tuple(rule.type for rule in rules.rules)
    return Order(source, out, method, types, min_confidence)


def _run(session: Session, classifier: Classifier, output: "_Output", *, watch: bool) -> str | None:
    """Sort; returns a sentence if it ended before its end."""
    try:
        if watch:
            session.follow(classifier, output.add_error)
        session.sort_once(classifier, output.add_error)
    except (SortStopped, StartupError, PigeonholeError) as error:
        return f"stopped: {error}; put it right, then run the same command again: it goes on"
    except KeyboardInterrupt:
        return None if watch else "stopped: run the same command again, and it goes on"
    return None


def _undo(folders: Sequence[Path], *, as_json: bool) -> None:
    if len(folders) != 1:
        raise click.UsageError("Give one folder with --undo: the one that was sorted into.")
    out = check_sorted(folders[0])
    journal = Journal(out)
    output = _Output(out, as_json=as_json, is_stream=False)
    back = left = 0
    try:
        # A sort that was killed is brought to an end first.
        Placement(out, journal, Method.COPY).recover()
        for each in undo_sort(out, journal):
            if each.left is None:
                back += 1
            else:
                left += 1
                name = escape_line(str(each.file.target))
                click.echo(f"left: {name}: {escape_line(each.left)}", err=True)
            output.write(undone_to_json(each))
        remove_traces(out, journal, is_all_back=not left)
        if left:
            CsvReport(journal).close()
    except SortStopped as error:
        raise StartupError(f"{error}: put it right, then run the same command again") from None
    finally:
        journal.close()
    output.close({"back_count": back, "left_count": left})
    line = f"{back} file{'' if back == 1 else 's'} put back as before."
    click.echo(line + (f" {left} left, named above." if left else ""), err=as_json)
    if left:
        sys.exit(1)


class _Output:
    """Prints what happens, as lines or as JSON; keeps nothing of it."""

    def __init__(self, root: Path, *, as_json: bool, is_stream: bool) -> None:
        self._root = root
        self._as_json = as_json
        self._is_stream = is_stream
        self._is_first = True
        self.has_errors = False

    def add(self, item: SortedItem) -> None:
        """Print what happened to a file."""
        if self._as_json:
            self.write(item.to_json())
        else:
            click.echo(describe_item(item, self._root))

    def add_error(self, folder: Path, reason: str) -> None:
        """Print why a folder was left out."""
        self.has_errors = True
        click.echo(f"left out: {escape_line(str(folder))}: {reason}", err=True)

    def write(self, item: dict[str, Any]) -> None:
        """Print an item of JSON, if JSON is wanted."""
        if not self._as_json:
            return
        line = json.dumps(item).replace("\x7f", r"\u007f")
        if self._is_stream:
            click.echo(line)
            return
        click.echo('{"items": [\n' if self._is_first else ",\n", nl=False)
        click.echo(line, nl=False)
        self._is_first = False

    def close(self, rest: dict[str, Any]) -> None:
        """End the JSON with what is to be said beside the items."""
        if not self._as_json or self._is_stream:
            return
        click.echo('{"items": [' if self._is_first else "\n", nl=False)
        click.echo(f"], {json.dumps(rest)[1:]}")


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """End on SIGTERM as on Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
