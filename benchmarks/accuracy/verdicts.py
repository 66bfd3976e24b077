"""`python -m benchmarks.accuracy.verdicts`: whether a change altered any verdict.

    ... record --corpus DIR --out before.json     classify a labelled corpus, write the results
    ... compare before.json after.json            print a table of the differences

`record` sends every document to a live server, with each rule file and in both modes, as clients
do. `compare` exits with 1 when a type, a confidence or a reasoning differs.
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.server.live import live_server
from devtools.client import Client
from worker.classification.fitting.corpus import ManifestEntry, find_directory, read_manifest

MODES = ("FAST", "MULTIMODAL")
COMPARED = ("type", "confidence", "reasoning", "candidates", "evidence", "error")
MAX_WAIT_SECONDS = 3600.0

Verdicts = dict[str, dict[str, Any]]


def main() -> None:
    """Record the verdicts on a corpus, or compare two recordings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    record_parser = verbs.add_parser("record")
    record_parser.add_argument("--corpus", type=Path, required=True)
    record_parser.add_argument("--out", type=Path, required=True)
    compare_parser = verbs.add_parser("compare")
    compare_parser.add_argument("before", type=Path)
    compare_parser.add_argument("after", type=Path)
    arguments = parser.parse_args()
    if arguments.verb == "record":
        arguments.out.write_text(json.dumps(record(arguments.corpus), indent=1, sort_keys=True))
    else:
        before, after = (
            json.loads(path.read_text()) for path in (arguments.before, arguments.after)
        )
        sys.exit(1 if compare(before, after) else 0)


def record(corpus: Path) -> Verdicts:
    """Return the verdict on each document, keyed by mode, rule file and path."""
    directory = find_directory(corpus)
    entries = read_manifest(directory)
    verdicts: Verdicts = {}
    with live_server({"job_max_files": len(entries)}) as (_, client):
        file_ids = [client.upload(entry.path.read_bytes(), "document") for entry in entries]
        for mode in MODES:
            for rule_file in sorted(directory.glob("rules*.json")):
                rules = json.loads(rule_file.read_text())
                results = _classify(client, entries, file_ids, rules, mode)
                for entry, result in zip(entries, results, strict=True):
                    path = entry.path.relative_to(directory)
                    verdicts[f"{mode} {rule_file.stem} {path}"] = result
    return verdicts


def _classify(
    client: Client,
    entries: tuple[ManifestEntry, ...],
    file_ids: list[str],
    rules: object,
    mode: str,
) -> list[dict[str, Any]]:
    """Return the results in the order of the entries; one job for each language."""
    by_language: dict[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        by_language[entry.lang].append(index)
    results: dict[int, dict[str, Any]] = {}
    for lang, indexes in by_language.items():
        job_id = client.create_job(
            [file_ids[index] for index in indexes],
            rules,
            mode=mode,
            parsing_configuration={"lang": lang},
        )
        client.wait(job_id, MAX_WAIT_SECONDS)
        for index, item in zip(indexes, client.results(job_id), strict=True):
            results[index] = {"error": item.get("error"), **(item["result"] or {})}
    return [results[index] for index in range(len(entries))]


def compare(before: Verdicts, after: Verdicts) -> int:
    """Print each field that differs; return how many documents have a difference."""
    console = Console(width=160)
    table = Table("document", "field", "before", "after", title="Verdicts that differ")
    different = 0
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, {}), after.get(key, {})
        fields = [field for field in COMPARED if old.get(field) != new.get(field)]
        different += bool(fields)
        for field in fields:
            table.add_row(key, field, str(old.get(field)), str(new.get(field)))
    if different:
        console.print(table)
    console.print(f"{different} of {len(before.keys() | after.keys())} verdicts differ")
    return different


if __name__ == "__main__":
    main()
