"""`pigeonhole sort`: a folder for each type."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.errors import PigeonholeError, StartupError
from cli.api_client.address import find_server, server_options
from cli.classification.options import NO_RULES, cache_option, learn_option, rules_option
from cli.classification.results import DEFAULT_MIN_CONFIDENCE
from cli.interruption import INTERRUPTED, sigterm_interrupts
from cli.tables import example

if TYPE_CHECKING:
    from app.configurations.rules_file import RulesFile
    from cli.classification.results import Classifier
    from cli.sorting.journal import Method
    from cli.sorting.output import SortOutput
    from cli.sorting.report import SortedItem, Summary
    from cli.sorting.session import Order, Session

_GO_ON = "Put that right, then run the same command again to continue."


@click.command(
    epilog=example(
        "pigeonhole sort scans sorted --rules rules.yaml",
        "pigeonhole sort --undo sorted",
    )
)
@click.argument("folders", nargs=-1, metavar="IN OUT", type=click.Path(path_type=Path))
@rules_option
@click.option("--copy", is_flag=True, help="Copy the files.  [default]")
@click.option("--move", is_flag=True, help="Move the files.")
@click.option("--link", is_flag=True, help="Give the files a second name, a hard link.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    metavar="0-1",
    help="Answers with less go to _check.  [default: min_confidence of the rules, else 0.8]",
)
@click.option("--watch", is_flag=True, help="Follow IN until you stop it: Ctrl-C, SIGTERM.")
@click.option("--undo", is_flag=True, help="Undo everything that was sorted into OUT.")
@click.option(
    "--json", "as_json", is_flag=True, help='Print {"items": [...]}; with --watch an item a line.'
)
@learn_option
@cache_option
@server_options
def sort(
    folders: Sequence[Path],
    rules_path: Path | None,
    min_confidence: float | None,
    server: str | None,
    api_key: str | None,
    *,
    copy: bool,
    move: bool,
    link: bool,
    watch: bool,
    undo: bool,
    as_json: bool,
    learn: bool | None,
    no_cache: bool,
) -> None:
    """Sort files into one folder for each type.

    Files of IN go to folders of OUT. Files whose answer is not sure go to _check, files that surely
    fit no rule to _unknown, files that cannot be read to _failed. No file is replaced: the second
    scan.pdf becomes "scan (2).pdf". OUT keeps a table, .pigeonhole/sorted.csv, and a journal. Run
    the same command again to sort what is new or changed, or to continue after a crash or Ctrl-C.
    Hidden files, links and OUT itself are left alone.

    --undo moves files back, and removes copies and links; one that was changed since is left and
    named.

    The exit code is 1 if a file failed or was left, and 2 if nothing could start. A watch that is
    stopped ends with 0.
    """
    # Imported here: the help of all verbs needs none of it.
    from cli.sorting.output import SortOutput  # noqa: PLC0415

    if undo:
        if len(folders) != 1:
            raise StartupError("give one folder with --undo: the one that was sorted into")
        sys.exit(_undo(folders[0], SortOutput(folders[0], as_json=as_json)))
    if len(folders) != 2:
        raise StartupError(
            "give two folders, such as `pigeonhole sort scans sorted --rules rules.yaml`"
        )
    if rules_path is None:
        raise StartupError(NO_RULES)
    from app.configurations.rules_reader import read_rules  # noqa: PLC0415
    from cli.classification.opening import open_classifier  # noqa: PLC0415
    from cli.sorting.checks import check_order  # noqa: PLC0415

    method = _method(copy=copy, move=move, link=link)
    rules = read_rules(rules_path)
    order = _make_order(folders, rules_path, rules, method, min_confidence)
    check_order(order, is_watch=watch)
    # A type below the rules' own min_confidence would be null; here it has a folder.
    classifier = open_classifier(
        replace(rules, min_confidence=None),
        find_server(server, api_key),
        learn=learn,
        use_cache=not no_cache,
    )
    output = SortOutput(order.source, as_json=as_json, is_stream=watch)
    sys.exit(_sort(order, classifier, output, is_watch=watch))


def _method(*, copy: bool, move: bool, link: bool) -> "Method":
    """Return how files get to their folders, as copies by default. Raises StartupError for two."""
    from cli.sorting.journal import Method  # noqa: PLC0415

    if copy + move + link > 1:
        raise StartupError("give one of --copy, --move and --link")
    return Method.MOVE if move else Method.LINK if link else Method.COPY


def _make_order(
    folders: Sequence[Path],
    rules_path: Path,
    rules: "RulesFile",
    method: "Method",
    min_confidence: float | None,
) -> "Order":
    """Return what to do with the folders IN and OUT. Raises StartupError."""
    from cli.sorting.checks import check_output, check_source  # noqa: PLC0415
    from cli.sorting.journal import Method  # noqa: PLC0415
    from cli.sorting.session import Order  # noqa: PLC0415

    source = check_source(folders[0])
    limits = (min_confidence, rules.min_confidence, DEFAULT_MIN_CONFIDENCE)
    return Order(
        source=source,
        out=check_output(source, folders[1], removes_sources=method is Method.MOVE),
        method=method,
        types=tuple(rule.type for rule in rules.rules),
        min_confidence=next(each for each in limits if each is not None),
        rules=rules_path,
    )


def _sort(order: "Order", classifier: "Classifier", output: "SortOutput", *, is_watch: bool) -> int:
    """Sort, and say what happened; returns the exit code."""
    from cli.sorting.errors import SortStopped  # noqa: PLC0415
    from cli.sorting.session import open_session  # noqa: PLC0415

    problem, is_interrupted = "", False
    with ExitStack() as stack:
        stack.enter_context(sigterm_interrupts())
        stack.enter_context(classifier)
        session = stack.enter_context(open_session(order))
        click.echo(classifier.describe(), err=True)
        items = (
            session.follow(classifier, output.add_error)
            if is_watch
            else _sort_once(session, classifier, output)
        )
        try:
            for item in items:
                output.add(item)
        except KeyboardInterrupt:
            is_interrupted = True
        except (SortStopped, StartupError, PigeonholeError) as error:
            problem = str(error).removesuffix(".")
    return _conclude(
        session.summary, output, problem, is_interrupted=is_interrupted, is_watch=is_watch
    )


def _conclude(
    summary: "Summary", output: "SortOutput", problem: str, *, is_interrupted: bool, is_watch: bool
) -> int:
    """Say how a sort ended; returns the exit code. Raises StartupError if it never began."""
    if problem and not summary.total:
        raise StartupError(problem)
    output.close(summary.to_json())
    if summary.total or not is_interrupted:
        click.echo(summary.describe(), err=True)
    if problem:
        click.echo(f"pigeonhole: {problem}. {_GO_ON}", err=True)
    if is_interrupted and not is_watch:
        click.echo("Interrupted. Run the same command again to continue.", err=True)
        return INTERRUPTED
    if is_interrupted:  # as a watch ends; its failures are in _failed and in the table
        return 0
    return 1 if problem or summary.failed or summary.left or output.has_errors else 0


def _sort_once(
    session: "Session", classifier: "Classifier", output: "SortOutput"
) -> "Iterator[SortedItem]":
    total = sum(1 for _ in session.new_files(lambda *_: None))
    with output.show_progress(total):
        paths: Iterable[Path] = session.new_files(output.add_error)
        yield from session.sort(classifier, paths)


def _undo(folder: Path, output: "SortOutput") -> int:
    """Undo every sort into the folder; returns the exit code."""
    from cli.sorting.checks import check_sorted  # noqa: PLC0415
    from cli.sorting.errors import SortStopped  # noqa: PLC0415
    from cli.sorting.journal import Journal, Method  # noqa: PLC0415
    from cli.sorting.placement import Placement  # noqa: PLC0415
    from cli.sorting.report import CsvReport, UndoSummary  # noqa: PLC0415
    from cli.sorting.undo import remove_traces, undo_sort  # noqa: PLC0415

    out = check_sorted(folder)
    summary = UndoSummary()
    with sigterm_interrupts(), closing(Journal(out)) as journal:
        try:
            # What a killed sort left is brought to an end first.
            Placement(out, journal, Method.COPY).recover()
            for each in undo_sort(out, journal):
                output.add_undone(each)
                summary.add(each)
            remove_traces(out, journal, is_all_back=not summary.left)
            if summary.left:
                CsvReport(journal).close()
        except SortStopped as error:
            raise StartupError(f"{error}. {_GO_ON}") from None
    output.close({"back_count": summary.undone.total(), "left_count": summary.left})
    click.echo(summary.describe(), err=True)
    return 1 if summary.left else 0
