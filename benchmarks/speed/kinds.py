"""Processor time of a document and of a page, by kind: text layers of PDFs, OCR, other formats."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

from app.jobs.values import Rule
from benchmarks.parsing import made_files
from benchmarks.speed.documents import SAMPLES, Documents
from benchmarks.speed.timers import EMBED, PARSE
from benchmarks.speed.worker import timed_worker

# The arithmetic of a large installation, with its cores busy all day.
DOCUMENTS_A_DAY, DAY_SECONDS = 10_000_000, 86_400
TEXT = "We ask you to pay the amount of 412.50 EUR for the goods delivered in May. " * 12


@dataclass(frozen=True, slots=True)
class Kind:
    """A made file: what it is, its content, the ending of its name, its pages that are read."""

    name: str
    content: bytes
    suffix: str
    pages: int = 1


def kinds() -> list[Kind]:
    """Return files of each kind; the first is the baseline."""
    made = made_files.by_format()
    long = [made_files.long_pdf([TEXT] * pages) for pages in (1, 2, 5, 50)]
    return [
        Kind("PDF with text, 1 page", long[0], ".pdf"),
        Kind("PDF with text, 2 pages", long[1], ".pdf", 2),
        Kind("PDF with text, 5 pages", long[2], ".pdf", 5),
        Kind("PDF with text, 50 pages, 5 read", long[3], ".pdf", 5),
        Kind("scan in a PDF, 1 page by OCR", made_files.scanned_pdf(), ".pdf"),
        Kind("picture, by OCR", made_files.scan(), ".png"),
        Kind("Word document", (SAMPLES / "ife-marlowe.docx").read_bytes(), ".docx"),
        Kind("mail", (SAMPLES / "bottles.eml").read_bytes(), ".eml"),
        Kind("web page", (SAMPLES / "ferry.html").read_bytes(), ".html"),
        Kind("plain text", (SAMPLES / "lentil-soup.txt").read_bytes(), ".txt"),
        *[Kind(format_, made[format_], f".{format_}") for format_ in ("xlsx", "pptx")],
    ]


def measure_kinds(documents: Documents, copies: int) -> Table:
    """Return the table of each kind, for so many copies of each file."""
    rules: Sequence[Rule] = [
        Rule(rule["type"], rule["description"]) for rule in documents.many_rules(10)
    ]
    table = Table(
        "kind",
        "CPU ms\na document",
        "of them\nparse",
        "embed",
        "CPU ms\na page read",
        "times\nthe first",
        "documents an\nhour and core",
        "cores for 10\nmillion a day",
        title=f"Processor time by kind, first time, {len(rules)} rules, mean of {copies} copies",
    )
    baseline = 0.0
    with timed_worker() as worker:
        worker.run([worker.add(b"To warm up: an invoice of 12 EUR.", ".txt")], rules)
        for kind in kinds():
            ids = [worker.add(kind.content, kind.suffix) for _ in range(copies)]
            parts = worker.time(ids, rules)
            cpu = sum(parts.values())
            baseline = baseline or cpu
            table.add_row(
                kind.name,
                f"{cpu:.0f}",
                f"{parts[PARSE]:.0f}",
                f"{parts[EMBED]:.0f}",
                f"{cpu / kind.pages:.0f}",
                f"{cpu / baseline:.1f}",
                f"{3_600_000 / cpu:,.0f}",
                f"{cpu / 1000 * DOCUMENTS_A_DAY / DAY_SECONDS:,.0f}",
            )
    return table
