"""`pigeonhole classify`: the types of files and folders, here or by a server."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from app.errors import PigeonholeError, StartupError
from app.text import counted, escape_line
from cli.api_client.address import find_server, server_options
from cli.classification.folder import check_paths, find_files
from cli.classification.options import NO_RULES, cache_option, learn_option, rules_option
from cli.classification.results import DEFAULT_MIN_CONFIDENCE, Classifier, FileResult
from cli.interruption import INTERRUPTED, sigterm_interrupts

if TYPE_CHECKING:
    from rich.console import Console


class Sink(Protocol):
    """Where results go."""

    def add(self, result: FileResult) -> None:
        """Take a result."""
        ...

    def close(self) -> None:
        """Complete what was taken."""
        ...


@dataclass(slots=True)
class Tally:
    """How many results there were, of which kind."""

    threshold: float
    classified: int = 0
    unfit: int = 0
    failed: int = 0
    unsure: int = 0

    def add(self, result: FileResult) -> None:
        """Count a result."""
        if result.has_failed:
            self.failed += 1
            return
        self.unsure += result.is_unsure(self.threshold)
        if result.type is None:
            self.unfit += 1
        else:
            self.classified += 1

    @property
    def total(self) -> int:
        """The number of results."""
        return self.classified + self.unfit + self.failed

    def describe(self) -> str:
        """Return one or two lines for people."""
        parts = [f"{self.classified} with a type", f"{self.unfit} that fit no rule"]
        parts.append(f"{self.failed} failed")
        line = f"{counted(self.total, 'file')}: {', '.join(parts)}."
        if self.unsure:
            line += f"\nPlease check {self.unsure}: less than {self.threshold:.0%} sure."
        return line


@click.command(
    epilog="Example: pigeonhole classify inbox --rules rules.yaml --csv result.csv",
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="PATH...")
@rules_option
@server_options
@click.option("--json", "as_json", is_flag=True, help='Print {"items": [...]} instead of a table.')
@click.option(
    "--csv",
    "csv_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the results to a file for a spreadsheet, too.",
)
@click.option(
    "--only-unsure",
    is_flag=True,
    help="Only what a person should check: failures, and less confidence than the rules'"
    " min_confidence or, without one, 0.8.",
)
@learn_option
@cache_option
@click.option("--keep", is_flag=True, help="Leave files and jobs on the server.")
def classify(
    paths: tuple[Path, ...],
    rules_path: Path | None,
    server: str | None,
    api_key: str | None,
    csv_path: Path | None,
    *,
    as_json: bool,
    only_unsure: bool,
    learn: bool | None,
    no_cache: bool,
    keep: bool,
) -> None:
    """Find the type of files, and of all files in folders.

    A server does the work if --server, PIGEONHOLE_URL or LLAMA_CLOUD_BASE_URL names one; otherwise
    this machine does, and no document leaves it. Hidden files and links are left out.

    The exit code is 0 if each file has a type or fits no rule, 1 if a file failed or a folder could
    not be read, and 2 if nothing could start.
    """
    from app.configurations.rules_reader import read_rules  # noqa: PLC0415  # help needs none of it
    from cli.classification.opening import open_classifier  # noqa: PLC0415

    if rules_path is None:
        raise StartupError(NO_RULES)
    if not paths:
        raise StartupError("name at least one file or folder, such as `pigeonhole classify inbox`")
    rules = read_rules(rules_path)
    leave_out = [path for path in (rules_path, csv_path) if path is not None]
    total, is_partial = _count_files(paths, leave_out)
    classifier = open_classifier(
        rules,
        find_server(server, api_key),
        learn=learn,
        use_cache=not no_cache,
        keep_uploads=keep,
    )
    threshold = rules.min_confidence
    if threshold is None:
        threshold = DEFAULT_MIN_CONFIDENCE
    output = Output(
        tally=Tally(threshold),
        types=[rule.type for rule in rules.rules],
        folder=paths[0] if len(paths) == 1 and paths[0].is_dir() else None,
        csv_path=csv_path,
        as_json=as_json,
        only_unsure=only_unsure,
        is_partial=is_partial,
    )
    sys.exit(output.run(classifier, find_files(paths, leave_out), total))


def _count_files(paths: Sequence[Path], leave_out: Sequence[Path]) -> tuple[int, bool]:
    """Return how many files there are, and whether a folder was left out, which is printed.

    Raises StartupError when there are none.
    """
    check_paths(paths)
    unread: list[Path] = []

    def leave_unread(folder: Path, reason: str) -> None:
        unread.append(folder)
        click.echo(f"left out: {escape_line(str(folder))}: {reason}", err=True)

    total = sum(1 for _ in find_files(paths, leave_out, leave_unread))
    if total == 0:
        named = ", ".join(escape_line(str(path)) for path in paths)
        raise StartupError(
            f"there are no files in {named}: name another folder; hidden files and links are left"
            " out"
        )
    return total, bool(unread)


@dataclass(frozen=True, slots=True)
class Output:
    """How results are shown, and what the command ends with.

    `is_partial` means that a folder was left out because it cannot be read.
    """

    tally: Tally
    types: Sequence[str]
    folder: Path | None
    csv_path: Path | None
    as_json: bool
    only_unsure: bool
    is_partial: bool = False

    def run(self, classifier: Classifier, paths: Iterable[Path], total: int) -> int:
        """Classify the files and show their results; returns the exit code."""
        from rich.console import Console  # noqa: PLC0415  # help needs none of it

        from cli.classification.exports import CsvFile  # noqa: PLC0415
        from cli.classification.ordering import OrderedResults  # noqa: PLC0415
        from cli.classification.table import ResultProgress  # noqa: PLC0415

        on_terminal = sys.stdout.isatty()
        console = Console(stderr=not on_terminal, highlight=False, emoji=False, markup=False)
        sinks = [self._shown(console)]
        problem, is_interrupted = "", False
        with ExitStack() as stack:
            stack.enter_context(sigterm_interrupts())
            if self.csv_path is not None:
                csv_file = CsvFile(self.csv_path, self.tally.threshold)
                stack.callback(csv_file.discard)
                sinks.append(csv_file)
            stack.enter_context(classifier)
            click.echo(classifier.describe(), err=True)
            ordered = OrderedResults(classifier, paths)
            is_shown = not (self.as_json and on_terminal)
            try:
                with ResultProgress(console, total, is_shown=is_shown) as progress:
                    for result in ordered:
                        progress.count()
                        self._add(sinks, result)
            except KeyboardInterrupt:
                is_interrupted = True
            except (StartupError, PigeonholeError) as error:
                problem = str(error).removesuffix(".")
            for result in ordered.held_back():
                self._add(sinks, result)
            if problem and self.tally.total == 0:
                raise StartupError(problem)
            for sink in sinks:
                sink.close()
        return self._conclude(problem, total, is_interrupted=is_interrupted)

    def _shown(self, console: "Console") -> Sink:
        """Return what writes to standard output."""
        from cli.classification.exports import JsonWriter, LineWriter  # noqa: PLC0415
        from cli.classification.table import ResultTable  # noqa: PLC0415

        if self.as_json:
            return JsonWriter(sys.stdout, self.tally.threshold)
        if sys.stdout.isatty():
            return ResultTable(console, self.types, self.tally.threshold, self.folder)
        return LineWriter(may_end=self.csv_path is None)

    def _add(self, sinks: Sequence[Sink], result: FileResult) -> None:
        self.tally.add(result)
        if not self.only_unsure or result.is_unsure(self.tally.threshold):
            for sink in sinks:
                sink.add(result)

    def _conclude(self, problem: str, total: int, *, is_interrupted: bool) -> int:
        if self.tally.total:
            click.echo(self.tally.describe(), err=True)
        rest = counted(total - self.tally.total, "file")
        if is_interrupted:
            click.echo(f"Interrupted. Not done: {rest}.", err=True)
            return INTERRUPTED
        if problem:
            click.echo(f"pigeonhole: {problem}; not done: {rest}", err=True)
        return 1 if problem or self.tally.failed or self.is_partial else 0
