"""CPU time and memory of each engine, measured in a new process for each."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from app.jobs.values import Rule
from benchmarks.accuracy.engines import NAMES
from benchmarks.accuracy.process import Cost
from benchmarks.accuracy.tables import new_table
from worker.classification.features.chunks import CHUNK_COUNT, CHUNK_TOKENS, cut_chunks
from worker.classification.fitting.corpus import LabelledDocument
from worker.classification.scoring.constants import Constants

_DOCUMENTS = 30
_MIB = 1024 * 1024


def long_documents(documents: Sequence[LabelledDocument]) -> list[list[str]]:
    """Return the pages' texts of documents with full-length chunks only.

    Chunks do not cross pages, so the first page must have text for one more chunk.
    """
    found = []
    for item in documents:
        chunks = cut_chunks(item.document.pages, count=CHUNK_COUNT + 1)
        if len(chunks) > CHUNK_COUNT and len({chunk.page for chunk in chunks}) == 1:
            found.append([page.text for page in item.document.pages])
    return found[:_DOCUMENTS]


def measure_costs(
    engines: Mapping[str, Constants], pages: Sequence[Sequence[str]], rules: Sequence[Rule]
) -> dict[str, Cost]:
    """Measure each engine with its constants.

    Raises CalledProcessError when a process fails.
    """
    costs = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "documents.json").write_text(json.dumps(pages), encoding="utf-8")
        (folder / "rules.json").write_text(
            json.dumps([asdict(rule) for rule in rules]), encoding="utf-8"
        )
        for name, constants in engines.items():
            constants.save(folder / name)
            printed = subprocess.run(
                [sys.executable, "-m", "benchmarks.accuracy.process", name, str(folder)],
                cwd=Path(__file__).parents[2],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            costs[name] = Cost(**json.loads(printed.splitlines()[-1]))
    return costs


def cost_table(costs: Mapping[str, Cost], documents: int, rules: int) -> Table:
    """Show CPU seconds and memory of each engine."""
    table = new_table(
        f"Cost on one thread in a new process: {documents} documents of {CHUNK_COUNT} chunks,"
        f" {rules} rules, text already read",
        "engine",
        right=(
            "CPU s,\ndocument",
            f"CPU s, chunk\nof {CHUNK_TOKENS} tokens",
            "chunks a\nCPU s",
            "CPU s\nuntil ready",
            "RSS MiB,\nloaded",
            "private\nMiB",
            "shared\nMiB",
            "PSS\nMiB",
            "RSS after\ndocuments",
        ),
    )
    for name, cost in costs.items():
        table.add_row(
            NAMES[name],
            f"{cost.document:.3f}",
            f"{cost.chunk:.4f}",
            f"{1 / cost.chunk:.1f}",
            f"{cost.ready:.2f}",
            *(
                f"{value / _MIB:.0f}"
                for value in (
                    cost.resident,
                    cost.private,
                    cost.resident - cost.private,
                    cost.proportional,
                    cost.later,
                )
            ),
        )
    return table
