"""The documents and rules that the benchmarks of speed send: of a corpus, or the samples."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import pypdfium2
import yaml

from app.configurations.rules_reader import read_rules
from worker.classification.fitting.corpus import find_directory, read_manifest, read_rule_sets

SAMPLES = Path(__file__).parents[2] / "samples"
MAX_PAGES = 5


@dataclass(frozen=True, slots=True)
class Documents:
    """Files and rules; `source` names them for people."""

    source: str
    paths: tuple[Path, ...]
    rules: tuple[dict[str, str], ...]

    def take(self, count: int) -> list[Path]:
        """Return so many files, the same ones again if there are fewer."""
        return list(islice(cycle(self.paths), count))

    def pdfs_with_text(self) -> "Documents":
        """Return the PDF files alone whose pages all have text.

        A script reads nothing else: of a scan it gets no text, and is soon done with it.
        """
        pdfs = [path for path in self.paths if path.suffix.lower() == ".pdf" and _has_text(path)]
        return Documents(f"{self.source}, PDF with text", tuple(pdfs), self.rules)

    def many_rules(self, count: int) -> list[dict[str, str]]:
        """Return so many rules, all different: the given ones, then variations of them."""
        return [
            rule if number < len(self.rules) else _vary(rule, number)
            for number, rule in enumerate(islice(cycle(self.rules), count))
        ]


def load_documents(corpus: Path | None) -> Documents:
    """Return the files of a corpus's manifest and its first rules, or the readable samples.

    Raises StartupError when the folder has no manifest or no rules.
    """
    if corpus is None:
        expected = yaml.safe_load((SAMPLES / "expected.yaml").read_text(encoding="utf-8"))
        readable = [name for name, end in expected.items() if not isinstance(end, dict)]
        rules = tuple(rule.to_json() for rule in read_rules(SAMPLES / "rules.yaml").job_rules)
        return Documents("samples", tuple(SAMPLES / name for name in readable), rules)
    directory = find_directory(corpus)
    paths = tuple(entry.path for entry in read_manifest(directory))
    of_manifest = next(iter(read_rule_sets(directory).values()))
    return Documents(directory.name, _spread(paths), tuple(rule.to_json() for rule in of_manifest))


def _has_text(path: Path) -> bool:
    """Tell whether the pages that a job reads by default, and the script too, all have text."""
    with contextlib.suppress(pypdfium2.PdfiumError):
        document = pypdfium2.PdfDocument(path)
        count = min(len(document), MAX_PAGES)
        return all(document[index].get_textpage().count_chars() for index in range(count))
    return False


def _spread(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Order the files of a manifest, which are sorted by type, so that the first have all types."""
    step = 37  # no divisor of a usual number of files
    order = sorted(range(len(paths)), key=lambda number: number * step % max(len(paths), 1))
    return tuple(paths[number] for number in order)


def _vary(rule: dict[str, str], number: int) -> dict[str, str]:
    return {
        "type": f"{rule['type']}_{number}",
        "description": f"{rule['description']} Only those of department {number}.",
    }
