import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from app.errors import StartupError
from cli.models import models
from tests.unit.classification.sample_texts import TEXTS
from worker.classification.bundled import data_directory
from worker.classification.constants import Constants, Fingerprint
from worker.classification.engine import Engine
from worker.classification.knowledge import load_knowledge
from worker.classification.rules import Rule
from worker.parsing.document import Document, Page

STEM = "use-multilingual-v3"


@pytest.fixture
def stem(tmp_path: Path) -> Path:
    with data_directory() as directory:
        for ending in ("json", "npz"):
            shutil.copy(directory / f"{STEM}.{ending}", tmp_path)
    return tmp_path / STEM


@pytest.mark.parametrize(
    "change",
    [
        {"embedder": "another"},
        {"embedder_version": "9.9"},
        {"knowledge": "0" * 16},
        {"chunk_tokens": 128},
        {"chunk_count": 1},
        {"scoring": 0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_constants_of_another_program_are_refused(
    engine: Engine, stem: Path, change: dict[str, str | int]
):
    constants = Constants.load(stem)
    fingerprint = Fingerprint(**{**json.loads(stem_json(stem))["fingerprint"], **change})
    with pytest.raises(StartupError, match="pigeonhole models fit") as error:
        Engine(engine.scorer.embedder, replace(constants, fingerprint=fingerprint))
    assert str(error.value).count("\n") == 0
    assert str(next(iter(change.values()))) in str(error.value)


def stem_json(stem: Path) -> str:
    return stem.with_name(f"{stem.name}.json").read_text()


def test_missing_and_broken_files_are_refused(tmp_path: Path, stem: Path):
    with pytest.raises(StartupError, match="pigeonhole models fit"):
        Constants.load(tmp_path / "absent")
    broken = json.loads(stem_json(stem))
    broken["calibration"]["match"]["weights"].pop()
    stem.with_name(f"{stem.name}.json").write_text(json.dumps(broken))
    with pytest.raises(StartupError, match="pigeonhole models fit"):
        Constants.load(stem)


def test_arrays_that_need_pickle_are_refused(stem: Path):
    arrays = {"panel": np.array([{"a": 1}], dtype=object)}
    np.savez(stem.with_name(f"{stem.name}.npz"), **arrays)
    with pytest.raises(StartupError, match="pigeonhole models fit"):
        Constants.load(stem)


def test_saving_and_loading_changes_nothing(stem: Path, tmp_path: Path):
    constants = Constants.load(stem)
    constants.save(tmp_path / "again")
    again = Constants.load(tmp_path / "again")
    assert again.fingerprint == constants.fingerprint
    assert again.calibration == constants.calibration
    assert again.lexicon == constants.lexicon
    assert np.array_equal(again.vectors.ridge, constants.vectors.ridge)
    assert np.array_equal(again.vectors.document_mean, constants.vectors.document_mean)


def test_shipped_words_are_few_sorted_and_single(stem: Path):
    words = Constants.load(stem).lexicon.words
    assert list(words) == sorted(set(words))
    assert len(words) <= 20_000
    assert all(" " not in word for word in words)


def test_shipped_data_is_small():
    with data_directory() as directory:
        assert sum(path.stat().st_size for path in directory.iterdir()) < 4_000_000


def test_the_knowledge_is_whole():
    knowledge = load_knowledge()
    assert len(knowledge.panel) > 300
    assert len(knowledge.samples) == len(knowledge.sample_types) > 400
    assert set(knowledge.sample_types) == set(range(len(knowledge.bank_types)))
    assert all(rule.description for rule in knowledge.panel)


def test_constants_can_be_fitted_from_a_corpus(engine: Engine, tmp_path: Path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    kinds = sorted({kind for kind, _ in TEXTS})
    lines = ["path,label,language,has_text_layer,source_repo"]
    for kind, language in sorted(TEXTS):
        name = f"{kind}-{language}.txt"
        (corpus / name).write_text(TEXTS[kind, language], encoding="utf-8")
        lines.append(f"{name},{kind},{language},yes,source-{language}")
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    lines.append("broken.pdf,invoice,en,yes,source-en")
    (corpus / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    rules = [{"type": kind, "description": f"a {kind}"} for kind in kinds]
    (corpus / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    output = tmp_path / "fitted"
    output.mkdir()

    result = CliRunner().invoke(models, ["fit", "--corpus", str(tmp_path), "--output", str(output)])
    assert result.exit_code == 0, result.output
    assert "Left out broken.pdf" in result.output

    fitted = Engine(engine.scorer.embedder, Constants.load(output / STEM))
    document = Document("txt", (Page(0, TEXTS["recipe", "es"]),), 1)
    chosen = [Rule(rule["type"], rule["description"]) for rule in rules]
    assert fitted.classify(document, chosen).type == "recipe"
    words = set(Constants.load(output / STEM).lexicon.words)
    assert not words & {"lindqvist", "ahrens", "corbel"}


def test_fitting_without_a_corpus_says_what_is_missing(tmp_path: Path):
    result = CliRunner().invoke(models, ["fit", "--corpus", str(tmp_path)])
    assert result.exit_code == 1
    assert "there is no manifest.csv" in result.output


def test_fitting_on_two_types_is_refused(tmp_path: Path):
    (tmp_path / "a.txt").write_text(TEXTS["recipe", "en"], encoding="utf-8")
    (tmp_path / "manifest.csv").write_text(
        "path,label,language,has_text_layer,source_repo\na.txt,recipe,en,yes,x", encoding="utf-8"
    )
    rules = [{"type": kind, "description": ""} for kind in ("recipe", "invoice")]
    (tmp_path / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    result = CliRunner().invoke(models, ["fit", "--corpus", str(tmp_path)])
    assert result.exit_code == 1
    assert "at least one document and 3 rules are needed" in result.output
