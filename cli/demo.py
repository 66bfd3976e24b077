"""`pigeonhole demo`: starts a server and classifies the samples with the official client."""

import importlib.util
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

import click
import yaml
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed
from rich.table import Table
from rich.text import Text

from app.configurations.rules_file import RulesFileError, read_rules
from app.jobs.reasoning import Reasoning
from cli.demo_server import run_server
from cli.interruption import sigterm_interrupts
from cli.tables import example
from worker.classification.explanation.bands import percent

if TYPE_CHECKING:
    # The client is an extra: without it the command must still load and print NO_CLIENT.
    from llama_cloud import LlamaCloud
    from llama_cloud.types.classifier.classify_job import ClassifyJob
    from llama_cloud.types.classifier.job_get_results_response import Item

JOB_SECONDS = 300.0
POLL_SECONDS = 0.2
# Room for the longest file name and type, the confidence and the gaps.
TABLE_WITHOUT_WHY = 48
NO_CLIENT = (
    "The demo needs the official client, which is not installed:"
    " run `make demo` in the checkout, or install the extra `demo` of this package."
)


@dataclass(frozen=True, slots=True)
class Failure:
    """The outcome of a file that cannot be read."""

    code: str
    message: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Samples:
    """The documents to send, the rules, and the expected outcome of each file."""

    folder: Path
    rules: list[dict[str, str]]
    expected: dict[str, str | Failure | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The server's result for one file."""

    file: str
    answer: str | Failure | None
    confidence: float | None
    reasoning: str


@click.command(epilog=example("pigeonhole demo"))
@click.option(
    "--samples",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("samples"),
    show_default=True,
    help="Folder with the documents, rules.yaml and expected.yaml.",
)
def demo(folder: Path) -> None:
    """Start a server and classify the samples with llama-cloud.

    Prints a table of the results. Uses only this machine and a temporary folder. The exit status
    is 0 only if every document has the outcome that expected.yaml names.
    """
    if importlib.util.find_spec("llama_cloud") is None:
        raise click.ClickException(NO_CLIENT)
    samples = load_samples(folder)
    console = Console(highlight=False)
    with sigterm_interrupts(), tempfile.TemporaryDirectory(prefix="pigeonhole-demo-") as scratch:
        started = time.monotonic()
        with run_server(Path(scratch)) as (base_url, api_key):
            ready = time.monotonic()
            console.print(f"Server ready on {base_url} after {ready - started:.1f} s.")
            status, outcomes = _classify(samples, base_url, api_key, console)
            took = time.monotonic() - ready
    _show(console, samples, status, outcomes, took)
    wrong = [
        outcome.file for outcome in outcomes if outcome.answer != samples.expected[outcome.file]
    ]
    if wrong:
        raise click.ClickException(f"Not the expected outcome: {', '.join(wrong)}.")


def load_samples(folder: Path) -> Samples:
    """Read the rules and the expectations, and check that every document in them exists."""
    path = folder / "expected.yaml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        expected = {name: _expectation(value) for name, value in content.items()}
    except FileNotFoundError:
        raise click.ClickException(
            f"{path} does not exist: run the demo in the checkout, or give --samples."
        ) from None
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise click.ClickException(f"{path} is not in the form of the samples: {error}") from None
    try:
        rules = read_rules(folder / "rules.yaml").job_rules
    except RulesFileError as error:
        raise click.ClickException(str(error)) from None
    if missing := [name for name in expected if not (folder / name).is_file()]:
        raise click.ClickException(f"{folder} lacks {', '.join(missing)}.")
    return Samples(folder, [rule.to_json() for rule in rules], expected)


def _expectation(value: object) -> str | Failure | None:
    if isinstance(value, dict):
        return Failure(str(value["error"]))
    return None if value is None else str(value)


def _classify(
    samples: Samples, base_url: str, api_key: str, console: Console
) -> tuple[str, list[Outcome]]:
    from llama_cloud import DefaultHttpxClient, LlamaCloud  # noqa: PLC0415  # an extra

    with (
        warnings.catch_warnings(),
        # trust_env=False: ignores proxies of the environment.
        LlamaCloud(
            base_url=base_url, api_key=api_key, http_client=DefaultHttpxClient(trust_env=False)
        ) as client,
    ):
        # The client marks its whole classifier as deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        names: dict[str, str] = {}
        for name in samples.expected:
            uploaded = client.files.create(file=samples.folder / name, purpose="classify")
            names[uploaded.id] = name
        job = client.classifier.jobs.create(
            file_ids=list(names),
            rules=[
                {"type": rule["type"], "description": rule["description"]} for rule in samples.rules
            ],
        )
        job = _wait(client, job.id, len(names), console)
        items = client.classifier.jobs.get_results(job.id).items
    return job.status, [_outcome(names[item.file_id or ""], item) for item in items]


def _outcome(name: str, item: "Item") -> Outcome:
    if item.result is not None:
        return Outcome(name, item.result.type, item.result.confidence, item.result.reasoning)
    # An extension: the client keeps fields that its schema does not have.
    error = (item.model_extra or {}).get("error") or {}
    return Outcome(name, Failure(error.get("code", "unknown"), error.get("message", "")), None, "")


def _has_ended(item: "Item") -> bool:
    return item.result is not None or bool((item.model_extra or {}).get("error"))


def _wait(client: "LlamaCloud", job_id: str, total: int, console: Console) -> "ClassifyJob":
    """Poll as `client.classifier.wait_for_completion` does, with a progress bar."""
    deadline = time.monotonic() + JOB_SECONDS
    with Progress(
        SpinnerColumn(),
        TextColumn("Classifying"),
        BarColumn(),
        MofNCompleteColumn(),
        Elapsed(),
        console=console,
        transient=True,
    ) as progress:
        bar = progress.add_task("classify", total=total)
        while time.monotonic() < deadline:
            job = client.classifier.jobs.get(job_id)
            if job.status != "PENDING":
                return job
            items = client.classifier.jobs.get_results(job_id).items
            progress.update(bar, completed=sum(map(_has_ended, items)))
            time.sleep(POLL_SECONDS)
    raise click.ClickException(f"The job was not done after {JOB_SECONDS:.0f} s.")


def _show(
    console: Console, samples: Samples, status: str, outcomes: list[Outcome], took: float
) -> None:
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("File", no_wrap=True)
    table.add_column("Type", no_wrap=True)
    table.add_column("Conf.", justify="right", no_wrap=True)
    table.add_column("Why", ratio=1)
    # In another encoding a check mark raises an exception.
    right, wrong = ("✓", "✗") if console.encoding.startswith("utf") else ("+", "!")
    for outcome in outcomes:
        fits = outcome.answer == samples.expected[outcome.file]
        table.add_row(
            Text(right, "green") if fits else Text(wrong, "bold red"),
            outcome.file,
            _type_cell(outcome.answer),
            "" if outcome.confidence is None else f"{percent(outcome.confidence) / 100:.2f}",
            Text(_why(outcome, max(105, 2 * (console.width - TABLE_WITHOUT_WHY))), "dim"),
        )
    console.print(table)
    console.print(f"Job status {status}: {len(outcomes)} files in {took:.1f} s.\n")
    console.print("For your own documents, start a server and open http://127.0.0.1:8000:\n")
    console.print("  pigeonhole serve    # in the checkout: make serve\n", style="bold")
    console.print("Point code written for LlamaCloud at it:\n")
    for line in (
        "export LLAMA_CLOUD_BASE_URL=http://127.0.0.1:8000",
        "export LLAMA_CLOUD_API_KEY=$(cat pigeonhole-data/admin.key)",
    ):
        console.print(f"  {line}", style="bold")


def _type_cell(answer: str | Failure | None) -> Text:
    if isinstance(answer, Failure):
        return Text("error", "red")
    return Text("null", "dim") if answer is None else Text(answer, "cyan")


def _why(outcome: Outcome, max_length: int) -> str:
    """Return the summary and the reasons of a verdict, or why there is none, in one line."""
    if isinstance(outcome.answer, Failure):
        return shorten(outcome.answer.message, max_length, placeholder=" ...")
    layers = Reasoning.from_text(outcome.reasoning)
    text = " ".join([layers.summary, *layers.reasons]) if layers else outcome.reasoning
    return shorten(text, max_length, placeholder=" ...")
