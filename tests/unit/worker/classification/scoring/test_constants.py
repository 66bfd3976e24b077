import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner

from app.errors import StartupError
from app.jobs.values import Rule
from cli import fitting
from cli.fitting import fit_constants
from cli.models import models
from tests.unit.worker.classification.labelled_texts import RULES, write_corpus
from tests.unit.worker.classification.sample_texts import TEXTS
from tests.unit.worker.classification.tiny_model import write_model
from worker.classification.embedders.base import Kind, Prefixes, Vectors
from worker.classification.embedders.onnx import OnnxEmbedder
from worker.classification.embedders.use.numpy_model import UseEmbedder
from worker.classification.engine import Engine
from worker.classification.fitting.caching_embedder import CachingEmbedder
from worker.classification.knowledge.base import load_knowledge
from worker.classification.loading import constants_name, data_directory
from worker.classification.rules.texts import rule_text
from worker.classification.scoring.constants import SCORING_VERSION, Constants
from worker.classification.scoring.lexical import Lexicon
from worker.classification.scoring.space import SpaceVectors
from worker.parsing.document import Document, DocumentPage

STEM = "use-multilingual-v3"


BOTH = f"multilingual-e5-small+{STEM}-int8"


@pytest.fixture(params=[STEM, BOTH])
def stem(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with data_directory() as directory:
        shutil.copy(directory / f"{request.param}.json", tmp_path)
        for embedder in request.param.split("+"):
            shutil.copy(directory / f"{embedder}.npz", tmp_path)
        for lexicon in directory.glob("lexicon-*.json"):
            shutil.copy(lexicon, tmp_path)
    return tmp_path / request.param


@pytest.mark.parametrize(
    "change",
    [
        {"embedders": ("another 9.9", "and one more")},
        {"knowledge": "0" * 16},
        {"chunk_tokens": 128},
        {"chunks": "1"},
        {"scoring": 0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_constants_of_another_program_are_refused(engine: Engine, change: dict[str, object]):
    with data_directory() as directory:
        constants = Constants.load(directory / constants_name(engine.scorer.embedders))
    fingerprint = replace(constants.fingerprint, **change)
    with pytest.raises(StartupError, match="pigeonhole models fit") as error:
        Engine(engine.scorer.embedders, replace(constants, fingerprint=fingerprint))
    assert str(error.value).count("\n") == 0
    value = next(iter(change.values()))
    assert (" and ".join(value) if isinstance(value, tuple) else str(value)) in str(error.value)


def test_constants_of_one_model_do_not_do_for_two(engine_of_both: Engine):
    with data_directory() as directory:
        constants = Constants.load(directory / STEM)
    with pytest.raises(StartupError, match="pigeonhole models fit"):
        Engine(engine_of_both.scorer.embedders, constants)


def shipped(engine: Engine) -> Constants:
    with data_directory() as directory:
        return Constants.load(directory / constants_name(engine.scorer.embedders))


def test_the_version_of_an_engine_is_short_and_stays(engine: Engine):
    assert re.fullmatch(rf"{SCORING_VERSION}\.[0-9a-f]{{12}}", engine.version)
    assert Engine(engine.scorer.embedders, shipped(engine), "sentence").version == engine.version


def test_any_fitted_number_makes_another_version(engine: Engine):
    constants = shipped(engine)
    name, vectors = next(iter(constants.vectors.items()))
    nudged = vectors.types.copy()
    nudged[-1, -1] = np.nextafter(nudged[-1, -1], np.float32(1))
    words, idf = constants.lexicon.words, constants.lexicon.idf
    changed = [
        replace(constants, vectors={**constants.vectors, name: replace(vectors, types=nudged)}),
        replace(constants, lexicon=Lexicon(words, (*idf[:-1], idf[-1] + 0.001))),
        replace(
            constants,
            calibrations=tuple(replace(each, null_share=0.1) for each in constants.calibrations),
        ),
    ]

    versions = {Engine(engine.scorer.embedders, constants).version for constants in changed}

    assert len(versions | {engine.version}) == 4


def test_one_model_and_two_are_two_versions(engine_alone: Engine, engine_of_both: Engine):
    assert engine_alone.version != engine_of_both.version


def test_saved_constants_are_the_same_version(engine: Engine, tmp_path: Path):
    constants = shipped(engine)
    constants.save(tmp_path / "again")

    assert Constants.load(tmp_path / "again").digest() == constants.digest()


def stem_json(stem: Path) -> str:
    return stem.with_name(f"{stem.name}.json").read_text()


def test_missing_and_broken_files_are_refused(tmp_path: Path, stem: Path):
    with pytest.raises(StartupError, match="pigeonhole models fit"):
        Constants.load(tmp_path / "absent")
    broken = json.loads(stem_json(stem))
    broken["calibrations"][-1]["match"]["weights"].pop()
    stem.with_name(f"{stem.name}.json").write_text(json.dumps(broken))
    with pytest.raises(StartupError, match="pigeonhole models fit"):
        Constants.load(stem)


def test_a_damaged_lexicon_is_refused(stem: Path):
    (lexicon,) = stem.parent.glob("lexicon-*.json")
    words = json.loads(lexicon.read_text())
    lexicon.write_text(json.dumps({word: idf + 1 for word, idf in words.items()}))
    with pytest.raises(StartupError, match="is damaged"):
        Constants.load(stem)


def test_both_sets_of_constants_share_one_lexicon():
    with data_directory() as directory:
        assert len(list(directory.glob("lexicon-*.json"))) == 1


def test_arrays_that_need_pickle_are_refused(stem: Path):
    arrays = {"types": np.array([{"a": 1}], dtype=object)}
    np.savez(stem.with_name(f"{stem.name.rpartition('+')[2]}.npz"), **arrays)
    with pytest.raises(StartupError, match="pigeonhole models fit"):
        Constants.load(stem)


def test_vectors_of_another_fit_are_refused(stem: Path):
    constants = Constants.load(stem)
    other = {
        name: replace(vectors, types=vectors.types[::-1])
        for name, vectors in constants.vectors.items()
    }
    before = stem_json(stem)
    replace(constants, vectors=other).save(stem)
    stem.with_name(f"{stem.name}.json").write_text(before)
    with pytest.raises(StartupError, match="belongs to another fit"):
        Constants.load(stem)


def test_saving_and_loading_changes_nothing(stem: Path, tmp_path: Path):
    constants = Constants.load(stem)
    constants.save(tmp_path / "again")
    again = Constants.load(tmp_path / "again")
    assert again.fingerprint == constants.fingerprint
    assert again.calibrations == constants.calibrations
    assert again.lexicon == constants.lexicon
    for name, vectors in constants.vectors.items():
        assert np.array_equal(again.vectors[name].ridge, vectors.ridge)
        assert np.array_equal(again.vectors[name].document_mean, vectors.document_mean)


def test_shipped_words_are_few_sorted_and_single(stem: Path):
    words = Constants.load(stem).lexicon.words
    assert list(words) == sorted(set(words))
    assert len(words) <= 20_000
    assert all(" " not in word for word in words)


def test_shipped_data_is_small():
    # 739 types and 2,500 samples with the vectors of three models; the source of the knowledge is
    # as large again as the knowledge here.
    with data_directory() as directory:
        assert sum(path.stat().st_size for path in directory.iterdir()) < 16_000_000


def test_the_knowledge_is_whole():
    knowledge = load_knowledge()
    assert len(knowledge.panel) > 600
    assert len(knowledge.samples) == len(knowledge.sample_types) > 2_000
    assert set(knowledge.sample_types) == set(range(len(knowledge.bank_types)))
    assert all(rule.description for rule in knowledge.panel)


def write_sample_corpus(directory: Path) -> list[Rule]:
    """Write the sample texts as a labelled corpus with a broken file; return its rules."""
    kinds = sorted({kind for kind, _ in TEXTS})
    lines = ["path,label,language,has_text_layer,source_repo"]
    directory.mkdir()
    for kind, language in sorted(TEXTS):
        name = f"{kind}-{language}.txt"
        (directory / name).write_text(TEXTS[kind, language], encoding="utf-8")
        lines.append(f"{name},{kind},{language},yes,source-{language}")
    (directory / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    lines.append("broken.pdf,invoice,en,yes,source-en")
    (directory / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    rules = [{"type": kind, "description": f"a {kind}"} for kind in kinds]
    (directory / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    return [Rule(rule["type"], rule["description"]) for rule in rules]


class KnowingUse(UseEmbedder):
    """USE that need not compute the vectors of the knowledge, which takes minutes."""

    known: ClassVar[dict[tuple[Kind, str], Vectors]] = {}

    @classmethod
    def learn(cls, vectors: SpaceVectors) -> None:
        knowledge = load_knowledge()
        types = [("query", rule_text(rule)) for rule in knowledge.rules]
        wordings = [("query", wording.text) for wording in knowledge.wordings]
        samples = [("passage", sample.text) for sample in knowledge.samples]
        cls.known = {
            **dict(zip(types, vectors.types, strict=True)),
            **dict(zip(wordings, vectors.wordings, strict=True)),
            **dict(zip(samples, vectors.samples, strict=True)),
        }

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        if all((kind, text) in self.known for text in texts):
            return np.array([self.known[kind, text] for text in texts])
        return super().embed(texts, kind)


def test_constants_of_the_built_in_model_can_be_fitted(
    engine_alone: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    KnowingUse.learn(shipped(engine_alone).vectors[STEM])
    monkeypatch.setattr(fitting, "UseEmbedder", KnowingUse)
    rules = write_sample_corpus(tmp_path / "corpus")
    output = tmp_path / "fitted"
    output.mkdir()

    arguments = ["fit", "--corpus", str(tmp_path), "--output", str(output), "--alone"]
    result = CliRunner().invoke(models, arguments)
    assert result.exit_code == 0, result.output
    assert "Left out broken.pdf" in result.output

    constants = Constants.load(output / STEM)
    fitted = Engine(engine_alone.scorer.embedders, constants)
    document = Document("txt", (DocumentPage(0, TEXTS["recipe", "es"]),), 1)
    assert fitted.classify(document, rules).verdict.type == "recipe"
    assert not set(constants.lexicon.words) & {"lindqvist", "ahrens", "corbel"}


def test_constants_of_two_models_together_can_be_fitted(tmp_path: Path):
    write_corpus(tmp_path / "corpus")
    embedders = [
        OnnxEmbedder(write_model(tmp_path / name, seed=seed), Prefixes())
        for seed, name in enumerate(("leading", "second"))
    ]

    (constants,) = fit_constants([tmp_path], [[CachingEmbedder(each) for each in embedders]])
    constants.save(tmp_path / "both")
    loaded = Constants.load(tmp_path / "both")

    assert list(loaded.vectors) == ["onnx:leading", "onnx:second"]
    invoice = Document("txt", (DocumentPage(0, "Invoice number 7. Bill. Total amount due"),), 1)
    rules = [Rule(**rule) for rule in RULES]
    assert Engine(embedders, loaded).classify(invoice, rules).verdict.type == "invoice"


def test_fitting_without_the_second_model_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PIGEONHOLE_MODELS_DIR", str(tmp_path / "absent"))
    (tmp_path / "manifest.csv").touch()
    # With an output, the knowledge is not compiled, which takes seconds.
    arguments = ["fit", "--corpus", str(tmp_path), "--output", str(tmp_path)]
    result = CliRunner().invoke(models, arguments)
    assert result.exit_code == 1
    assert "pigeonhole models build" in result.output


def test_fitting_without_a_corpus_says_what_is_missing(tmp_path: Path):
    result = CliRunner().invoke(models, ["fit", "--corpus", str(tmp_path), "--alone"])
    assert result.exit_code == 1
    assert "there is no manifest.csv" in result.output


def test_fitting_on_two_types_is_refused(tmp_path: Path):
    (tmp_path / "a.txt").write_text(TEXTS["recipe", "en"], encoding="utf-8")
    (tmp_path / "manifest.csv").write_text(
        "path,label,language,has_text_layer,source_repo\na.txt,recipe,en,yes,x", encoding="utf-8"
    )
    rules = [{"type": kind, "description": ""} for kind in ("recipe", "invoice")]
    (tmp_path / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    arguments = ["fit", "--corpus", str(tmp_path), "--output", str(tmp_path), "--alone"]
    result = CliRunner().invoke(models, arguments)
    assert result.exit_code == 1
    assert "at least one document and 3 rules are needed" in result.output
