import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.errors import FileError, FileErrorCode
from benchmarks.accuracy import metrics
from benchmarks.accuracy.folds import Scored
from benchmarks.accuracy.metrics import Sample
from benchmarks.accuracy.modes import files_table, find_flips, flips_table, verdicts_table
from benchmarks.corpus import LoadedCorpus, load_corpus
from tests.unit.benchmarks.accuracy.scored_documents import TYPES, scored
from worker.classification.fitting.corpus import Corpus, ManifestEntry


def named(name: str, label: str, *scores: float, has_text_layer: bool = True) -> Scored:
    found = scored(label, *scores, source=name)
    return replace(found, item=replace(found.item, name=name, has_text_layer=has_text_layer))


def sample_of(*documents: Scored) -> Sample:
    return Sample(documents, "rules", TYPES)


def shown(table: Table) -> list[list[str]]:
    """Return the cells of each printed line of a table."""
    console = Console(file=io.StringIO(), width=200)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return [line.split() for line in console.file.getvalue().splitlines()]


BEFORE = sample_of(
    named("a", "invoice", 3, 1, 0),
    named("b", "invoice", 0, 1, 0),
    named("c", "recipe", 1, 2, 0),
    named("d", "poem", 1, 2, 0),
)
AFTER = sample_of(
    named("a", "invoice", 3, 1, 0),
    named("b", "invoice", 2, 1, 0),
    named("c", "recipe", 3, 2, 0),
    named("d", "poem", 3, 2, 0),
)


def test_flips_are_what_one_of_two_puts_right():
    found = find_flips([BEFORE], [AFTER])
    assert [(flip.document, flip.label, flip.is_gained) for flip in found] == [
        ("b", "invoice", True),
        ("c", "recipe", False),
    ]
    assert find_flips([AFTER], [AFTER]) == []


def test_a_document_that_only_one_could_read_flips():
    found = find_flips([sample_of(*BEFORE.documents[1:])], [AFTER])
    assert ("a", True) in {(flip.document, flip.is_gained) for flip in found}


def test_flips_are_shown_by_type_and_pooled():
    lines = shown(flips_table([BEFORE, BEFORE], [AFTER, AFTER]))
    assert ["invoice", "2", "0", "+2", "1", "0"] in lines
    assert ["recipe", "0", "2", "-2", "0", "1", "rules"] in lines
    assert ["all", "2", "2", "+0", "1", "1"] in lines
    caption = " ".join(word for line in lines for word in line)
    assert "Types that lose more than one document: none. +0.0 points" in caption


def test_a_type_that_loses_two_documents_is_named():
    worse = sample_of(named("a", "invoice", 0, 1, 0), named("b", "invoice", 0, 1, 0))
    better = sample_of(named("a", "invoice", 2, 1, 0), named("b", "invoice", 2, 1, 0))
    caption = " ".join(word for line in shown(flips_table([better], [worse])) for word in line)
    assert "lose more than one document: invoice." in caption


def test_the_verdict_on_all_rules():
    made = metrics.verdicts(BEFORE)
    assert [item.rules for item in made] == [3, 3, 3, 3]
    # Null is right for the poem, and nothing says so: its best score is above 0.
    assert [item.is_right for item in made] == [True, False, True, False]


def test_verdicts_by_mode_and_text_layer():
    scan = named("e", "recipe", 3, 1, 0, has_text_layer=False)
    lines = shown(verdicts_table({"FAST": [sample_of(*BEFORE.documents, scan)]}))
    rows = {tuple(line[1:3]): line for line in lines if line[:1] == ["FAST"]}
    assert rows["text", "layer"][3:5] == ["3", "0.667"]
    assert rows["scans,", "by"][4:6] == ["1", "0.000"]
    assert rows["all", "4"][2:4] == ["4", "0.500"]


def entry(name: str, *, has_text_layer: bool = True, language: str = "en") -> ManifestEntry:
    return ManifestEntry(Path(name), "invoice", language, has_text_layer, "a")


def test_files_are_counted_by_format_scans_apart():
    entries = (entry("a.pdf"), entry("b.pdf", has_text_layer=False), entry("c.txt"))
    error = FileError(FileErrorCode.CORRUPT, "it is damaged")
    labelled = Corpus((), ())
    fast = LoadedCorpus(labelled, {}, None, ((entries[2], error),), entries, (1.0, 2.0, 0.5))
    other = replace(fast, unread=(), seconds=(4.0, 2.0, 0.5))
    lines = shown(files_table({"FAST": fast, "MULTIMODAL": other}))
    assert ["pdf", "1", "1", "0", "1.0", "1", "0", "4.0"] in lines
    assert ["pdf,", "scanned", "1", "1", "0", "2.0", "1", "0", "2.0"] in lines
    assert ["txt", "1", "0", "1", "0.5", "1", "0", "0.5"] in lines
    assert ["all", "3", "2", "1", "3.5", "3", "0", "6.5"] in lines


def test_languages_are_those_that_a_job_names():
    wanted = {"de": "de", "zh": "ch_sim", "he": "en", "en": "en"}
    assert {code: entry("a.txt", language=code).lang for code in wanted} == wanted


def test_a_corpus_is_read_whole(tmp_path: Path):
    (tmp_path / "manifest.csv").write_text(
        "path,label,language,has_text_layer,source_repo\n"
        "bill.txt,invoice,en,yes,here\n"
        "broken.pdf,invoice,zh,yes,there\n"
    )
    (tmp_path / "rules.json").write_text('[{"type": "invoice", "description": "A bill."}]')
    (tmp_path / "bill.txt").write_text("Please pay 20 euros.")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 and nothing more")
    corpus = load_corpus(tmp_path, "MULTIMODAL")
    assert [item.name for item in corpus.labelled.documents] == [str(tmp_path / "bill.txt")]
    assert [entry.path.name for entry, _ in corpus.unread] == ["broken.pdf"]
    assert len(corpus.entries) == len(corpus.seconds) == 2
