"""An ONNX model in a directory, whichever way it was exported."""

from pathlib import Path

import numpy as np
import pytest

from app.errors import StartupError
from tests.unit.worker.classification.tiny_model import (
    DIMENSION,
    ids,
    word_vectors,
    write_config,
    write_model,
)
from worker.classification.embedders.base import Prefixes, Vectors, normalise
from worker.classification.embedders.onnx import OnnxEmbedder
from worker.classification.embedders.onnx_files import ModelFiles

TEXT = "The invoice, with tax."
TOKENS = ["[CLS]", "the", "invoice", "[UNK]", "with", "tax", "[UNK]", "[SEP]"]


def load(directory: Path, prefixes: Prefixes = Prefixes()) -> OnnxEmbedder:  # noqa: B008  # frozen
    return OnnxEmbedder(directory, prefixes)


def vectors_of(tokens: list[str]) -> Vectors:
    return word_vectors()[[ids()[token] for token in tokens]]


def mean_of(tokens: list[str]) -> Vectors:
    return normalise(vectors_of(tokens).mean(axis=0))


@pytest.mark.parametrize(
    "inputs", [("input_ids",), ("input_ids", "attention_mask", "token_type_ids")]
)
@pytest.mark.parametrize("network", ["model.onnx", "onnx/model.onnx"])
def test_the_mean_of_all_tokens_is_taken(tmp_path: Path, inputs: tuple[str, ...], network: str):
    embedder = load(write_model(tmp_path / "my-model", inputs=inputs, network=network))
    assert embedder.name == "onnx:my-model"
    assert embedder.dimension == DIMENSION
    (vector,) = embedder.embed([TEXT], "passage")
    np.testing.assert_allclose(vector, mean_of(TOKENS), atol=1e-6)


def test_a_graph_that_pools_is_believed(tmp_path: Path):
    directory = write_model(tmp_path, output="sentence")
    write_config(directory, "1_Pooling/config.json", {"pooling_mode_cls_token": True})
    write_config(directory, "modules.json", [{"type": "sentence_transformers.models.Dense"}])
    (vector,) = load(directory).embed([TEXT], "passage")
    np.testing.assert_allclose(vector, mean_of(TOKENS), atol=1e-6)


def test_the_first_token_is_taken_when_the_model_says_so(tmp_path: Path):
    directory = write_model(tmp_path)
    pooling = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False, "dimension": 24}
    write_config(directory, "1_Pooling/config.json", pooling)
    (vector,) = load(directory).embed([TEXT], "passage")
    np.testing.assert_allclose(vector, mean_of(["[CLS]"]), atol=1e-6)


def test_prefixes_are_put_before_texts(tmp_path: Path):
    embedder = load(write_model(tmp_path), Prefixes(query="bill ", passage="letter "))
    query, passage = (embedder.embed(["tax"], kind)[0] for kind in ("query", "passage"))
    np.testing.assert_allclose(query, mean_of(["[CLS]", "bill", "tax", "[SEP]"]), atol=1e-6)
    np.testing.assert_allclose(passage, mean_of(["[CLS]", "letter", "tax", "[SEP]"]), atol=1e-6)


@pytest.mark.parametrize(
    ("configs", "longest"),
    [
        ({}, 512),
        ({"sentence_bert_config.json": {"max_seq_length": 5}}, 5),
        ({"tokenizer_config.json": {"model_max_length": 6}}, 6),
        ({"tokenizer_config.json": {"model_max_length": 1e30}}, 512),
        (
            {
                "sentence_bert_config.json": {"max_seq_length": None},
                "tokenizer_config.json": {"model_max_length": 8192},
            },
            512,
        ),
    ],
)
def test_texts_are_cut_where_the_model_ends(
    tmp_path: Path, configs: dict[str, object], longest: int
):
    directory = write_model(tmp_path)
    for name, content in configs.items():
        write_config(directory, name, content)
    (vector,) = load(directory).embed(["invoice " * 600 + "tax"], "passage")
    tokens = ["[CLS]", *["invoice"] * (longest - 2), "[SEP]"]
    np.testing.assert_allclose(vector, mean_of(tokens), atol=1e-5)


def test_a_text_does_not_depend_on_its_neighbours(tmp_path: Path):
    embedder = load(write_model(tmp_path))
    texts = [TEXT, "", "a recipe " * 300, "\ud800\x00", "\ufdfa" * 1000]
    together = embedder.embed(texts, "passage")
    assert np.isfinite(together).all()
    for row, text in enumerate(texts):
        assert (embedder.embed([text], "passage")[0] == together[row]).all()
    assert embedder.embed([], "query").shape == (0, DIMENSION)


def test_the_version_follows_everything_that_changes_vectors(tmp_path: Path):
    first = load(write_model(tmp_path / "first")).version
    assert load(write_model(tmp_path / "same")).version == first
    others = [
        load(write_model(tmp_path / "network", seed=1)).version,
        load(tmp_path / "first", Prefixes(query="query: ")).version,
        load(tmp_path / "first", Prefixes(passage="query: ")).version,
    ]
    for name, content in (
        ("sentence_bert_config.json", {"max_seq_length": 64}),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}),
        ("model.onnx_data", "weights beside the network"),
    ):
        write_config(tmp_path / "first", name, content)
        others.append(load(tmp_path / "first").version)
    (tmp_path / "same" / "tokenizer.json").write_text(
        (tmp_path / "same" / "tokenizer.json").read_text().replace('"tax"', '"duty"')
    )
    others.append(load(tmp_path / "same").version)
    assert len({first, *others}) == 8


# What is written over the model, and what the sentence says.
FAULTS: dict[str, dict[str, object]] = {
    "requires a pooling other than": {"1_Pooling/config.json": {"pooling_mode_max_tokens": True}},
    "lacks the step Dense": {"modules.json": [{"type": "sentence_transformers.models.Dense"}]},
    "modules.json cannot be read": {"modules.json": b"{"},
    "tokenizer.json: ": {"tokenizer.json": {}},
    "model.onnx: .*(?i:protobuf)": {"model.onnx": b"no model"},
}


@pytest.mark.parametrize("sentence", FAULTS)
def test_a_directory_that_holds_no_usable_model_is_refused(tmp_path: Path, sentence: str):
    directory = write_model(tmp_path)
    for name, content in FAULTS[sentence].items():
        if isinstance(content, bytes):
            (directory / name).write_bytes(content)
        else:
            write_config(directory, name, content)
    with pytest.raises(StartupError, match=sentence) as error:
        load(directory)
    assert str(error.value).startswith("PIGEONHOLE_EMBEDDER: ")
    assert "\n" not in str(error.value)


def test_a_graph_with_unknown_inputs_is_refused(tmp_path: Path):
    with pytest.raises(StartupError, match="requires an input pixels"):
        load(write_model(tmp_path, inputs=("input_ids", "pixels")))


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json"])
def test_what_is_missing_is_named(tmp_path: Path, missing: str):
    directory = write_model(tmp_path)
    (directory / missing).unlink()
    with pytest.raises(StartupError, match=missing):
        ModelFiles.of(directory)


def test_numbers_that_are_none_are_an_error(tmp_path: Path):
    embedder = load(write_model(tmp_path, spoilt="tax"))
    assert np.isfinite(embedder.embed(["the invoice"], "passage")).all()
    with pytest.raises(ArithmeticError, match="not finite"):
        embedder.embed([TEXT], "passage")
