"""`pigeonhole rules`: start, improve and test a rules file."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from app.configurations.ready_made import LANGUAGES, SETS, ReadyMadeSet, find_sets
from app.configurations.rules_file import RulesFile
from app.configurations.rules_reader import read_rules
from app.errors import StartupError
from app.settings import load_settings
from app.text import counted, escape_line
from cli.api_client.address import find_server, server_options
from cli.rules.accuracy import Accuracy, Answer, Confusion, FailedFile, measure
from cli.rules.labels import Label, read_labels
from cli.tables import Columns, example, json_option, print_items, print_json, print_table

FILE = click.Path(path_type=Path)
MAX_MISTAKES = 20


@click.group()
def rules() -> None:
    """Start, improve and test a file of rules."""


@dataclass(frozen=True, slots=True)
class ListedSet:
    """A ready-made set of rules in one language."""

    name: str
    title: str
    lang: str
    types: tuple[str, ...]


@rules.command(
    epilog=example("pigeonhole rules init", "pigeonhole rules init accounting --lang de")
)
@click.argument("name", required=False, type=click.Choice(SETS), metavar="[NAME]")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of the rules. Documents may be in any.",
)
@click.option(
    "--output", type=FILE, default=Path("rules.yaml"), show_default=True, help="File to write."
)
@json_option(ListedSet, is_list=True)
def init(name: str | None, lang: str, output: Path, *, as_json: bool) -> None:
    """Write a ready-made set of rules, or list the sets.

    With NAME, such as office-mail, write the set to a file; an existing file is never overwritten.
    Without NAME, list the sets.
    """
    if name is None:
        listed = [_list(each) for each in find_sets(lang)]
        columns: Columns = {
            "set": "name",
            "title": "title",
            "rules": lambda each: len(each.types),
            "languages": lambda _: LANGUAGES,
        }
        print_items(listed, columns, as_json=as_json)
        return
    chosen = ReadyMadeSet(name, lang)
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(chosen.content)
    except FileExistsError:
        raise StartupError(
            f"{escape_line(str(output))} exists and was not changed: give another file with "
            "--output, or move it away"
        ) from None
    if as_json:
        print_json({"items": [_list(chosen)]})
        return
    shown = escape_line(str(output))
    click.echo(f"Wrote {len(chosen.rules_file.rules)} rules to {shown}.")
    click.echo(
        f"Change them to your documents, then run `pigeonhole rules lint {shown}`.", err=True
    )


@dataclass(frozen=True, slots=True)
class ListedHint:
    """What makes rules less reliable, and what to write instead.

    `types` and `lines` name the rules. A hint that is not a warning tells what a rule does that may
    be meant.
    """

    kind: str
    types: tuple[str, ...]
    lines: tuple[int, ...]
    is_warning: bool
    problem: str
    advice: str


@rules.command(epilog=example("pigeonhole rules lint rules.yaml"))
@click.argument("file", type=FILE)
@json_option(ListedHint, is_list=True)
def lint(file: Path, *, as_json: bool) -> None:
    """Print what makes the rules in FILE less reliable.

    Names rules that mean nearly the same, rules that mean "anything else", descriptions that only
    repeat the name, are too short, say what a document is not, or give instructions, and types of
    nearly the same name. Each hint says what to write instead.

    The exit code is 1 if there are warnings.
    """
    rules_file = read_rules(file)
    # Loading the classifier takes seconds; help and mistakes in the file must not wait for it.
    from worker.classification.lint import lint_rules  # noqa: PLC0415
    from worker.classification.loading import load_engine  # noqa: PLC0415

    hints = [
        ListedHint(
            kind=str(hint.kind),
            types=tuple(rules_file.rules[position].type for position in hint.rules),
            lines=tuple(rules_file.rules[position].line for position in hint.rules),
            is_warning=hint.is_warning,
            problem=hint.problem,
            advice=hint.advice,
        )
        for hint in lint_rules(rules_file.job_rules, load_engine(load_settings()))
    ]
    warnings = sum(hint.is_warning for hint in hints)
    if as_json:
        print_json({"items": hints})
    else:
        for hint in hints:
            lines = ", ".join(map(str, hint.lines))
            word = "line" if len(hint.lines) == 1 else "lines"
            click.echo(f"{escape_line(file.name)}, {word} {lines}: {escape_line(hint.problem)}")
            click.echo(f"    {escape_line(hint.advice)}")
        rules = counted(len(rules_file.rules), "rule")
        click.echo(f"{rules}, {counted(warnings, 'warning')}.", err=True)
    sys.exit(1 if warnings else 0)


@rules.command(epilog=example("pigeonhole rules test rules.yaml --labels labels.csv --folder mail"))
@click.argument("file", type=FILE)
@click.option(
    "--labels",
    type=FILE,
    required=True,
    help="CSV file with the columns path and type. An empty type means that no rule fits.",
)
@click.option("--folder", type=FILE, help="Folder of the documents.  [default: that of the labels]")
@server_options
@json_option(Accuracy)
def test(
    file: Path,
    labels: Path,
    folder: Path | None,
    server: str | None,
    api_key: str | None,
    *,
    as_json: bool,
) -> None:
    """Measure the rules in FILE on labelled documents.

    Classifies the documents and prints how many answers are right, with a 95% interval, which
    types are taken for which, the mistakes, and the min_confidence whose answers were right 95%
    of the time. Documents that cannot be read do not count.

    The exit code is 1 if no document could be read.
    """
    rules_file = read_rules(file)
    labelled = read_labels(labels, folder, [rule.type for rule in rules_file.rules])
    with click.progressbar(
        _classify(rules_file, labelled, server, api_key),
        length=len(labelled),
        label="Reading",
        file=sys.stderr,
    ) as progress:
        outcomes = list(progress)
    answers = [each for each in outcomes if isinstance(each, Answer)]
    failed = [each for each in outcomes if isinstance(each, FailedFile)]
    accuracy = measure(answers, failed, rules_file.min_confidence)
    if as_json:
        print_json(accuracy)
    else:
        _print(accuracy)
    sys.exit(0 if answers else 1)


def _classify(
    rules_file: RulesFile, labelled: list[Label], server: str | None, api_key: str | None
) -> Iterator[Answer | FailedFile]:
    """Yield the outcome of each document, judged without a min_confidence."""
    from cli.classification.opening import open_classifier  # noqa: PLC0415

    expected = {label.path: label.type for label in labelled}
    judge = replace(rules_file, min_confidence=None)
    with open_classifier(judge, find_server(server, api_key)) as classifier:
        click.echo(classifier.describe(), err=True)
        for result in classifier.classify(list(expected)):
            name = str(result.path)
            if result.error is not None:
                yield FailedFile(name, result.error)
            else:
                yield Answer(
                    name, expected[result.path], result.type, round(result.confidence or 0.0, 4)
                )


def _list(each: ReadyMadeSet) -> ListedSet:
    content = each.rules_file
    return ListedSet(
        each.name, content.name or each.name, each.lang, tuple(rule.type for rule in content.rules)
    )


def _print(accuracy: Accuracy) -> None:
    for failure in accuracy.failed:
        click.echo(f"not read: {escape_line(failure.file)}: {escape_line(failure.error)}", err=True)
    if accuracy.share_right is None or accuracy.low is None or accuracy.high is None:
        click.echo("No document could be read.", err=True)
        return
    interval = f"95% interval {accuracy.low:.0%} to {accuracy.high:.0%}"
    click.echo(
        f"{accuracy.right} of {accuracy.files} right: {accuracy.share_right:.0%} ({interval})"
    )
    if accuracy.threshold is None:
        click.echo("No min_confidence was right 95% of the time.")
    else:
        found = accuracy.threshold
        click.echo(
            f"min_confidence: {found.min_confidence:.3f} would have been right"
            f" {found.share_right:.0%} of the time, for {counted(found.files, 'file')} with a type."
        )
    click.echo()
    _print_confusion(accuracy.confusion)
    if accuracy.mistakes:
        _print_mistakes(accuracy.mistakes)


def _print_confusion(confusion: Sequence[Confusion]) -> None:
    print_table(
        ["expected", "answered", "files", "right"],
        [
            (
                _name(pair.expected),
                _name(pair.answered),
                pair.files,
                pair.expected == pair.answered,
            )
            for pair in confusion
        ],
    )


def _print_mistakes(mistakes: Sequence[Answer]) -> None:
    click.echo("\nMistakes, the surest first:")
    print_table(
        ["file", "expected", "answered", "confidence"],
        [
            (
                Path(answer.file).name,
                _name(answer.expected),
                _name(answer.answered),
                f"{answer.confidence:.2f}",
            )
            for answer in mistakes[:MAX_MISTAKES]
        ],
    )
    if len(mistakes) > MAX_MISTAKES:
        click.echo(f"and {len(mistakes) - MAX_MISTAKES} more (--json has all)")


def _name(type_: str | None) -> str:
    return "(none)" if type_ is None else type_
