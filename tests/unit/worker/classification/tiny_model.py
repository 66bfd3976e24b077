"""A sentence embedding model of a few kilobytes, in the form in which real ones are exported."""

import json
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

VOCABULARY = """
    a an the of and or to in for with on by from as is at be it any other not other
    invoice bill total tax due amount customer seller pay price number date item
    recipe cooking ingredients steps minutes oven flour butter salt bake mix
    contract agreement parties rights law clause sign terms court
    letter report table list form person name work company meeting page
"""
WORDS = list(dict.fromkeys(VOCABULARY.split()))
UNKNOWN, BEGIN, END = "[UNK]", "[CLS]", "[SEP]"
DIMENSION = 24

Output = Literal["tokens", "sentence"]


def write_model(
    directory: Path,
    *,
    output: Output = "tokens",
    network: str = "model.onnx",
    inputs: tuple[str, ...] = ("input_ids", "attention_mask", "token_type_ids"),
    seed: int = 0,
    spoilt: str | None = None,
) -> Path:
    """Write network and tokenizer: each word has a random vector, a text has those of its words.

    `output` is one vector a token, or their mean. The vector of the word `spoilt` is NaN.
    """
    (directory / network).parent.mkdir(parents=True, exist_ok=True)
    _tokenizer().save(str(directory / "tokenizer.json"))
    words = word_vectors(seed)
    if spoilt is not None:
        words[ids()[spoilt]] = np.nan
    onnx.save(_network(output, inputs, words), str(directory / network))
    return directory


def write_config(directory: Path, name: str, content: object) -> None:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def word_vectors(seed: int = 0) -> np.ndarray:
    """Return the vectors by id: unknown, begin, end, then the words in order."""
    random = np.random.default_rng(seed)
    return random.standard_normal((3 + len(WORDS), DIMENSION)).astype(np.float32)


def ids() -> dict[str, int]:
    return {word: row for row, word in enumerate([UNKNOWN, BEGIN, END, *WORDS])}


def _tokenizer() -> Tokenizer:
    known = ids()
    tokenizer = Tokenizer(models.WordLevel(known, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A {END}", special_tokens=[(BEGIN, known[BEGIN]), (END, known[END])]
    )
    # Real files have these too, and they must not count.
    tokenizer.enable_padding(length=16, pad_id=0, pad_token=UNKNOWN)
    tokenizer.enable_truncation(4)
    return tokenizer


def _network(output: Output, inputs: tuple[str, ...], words: np.ndarray) -> onnx.ModelProto:
    nodes = [helper.make_node("Gather", ["words", "input_ids"], ["last_hidden_state"])]
    shape: list[str | int] = ["batch", "tokens", DIMENSION]
    name = "last_hidden_state"
    if output == "sentence":
        name, shape = "sentence_embedding", ["batch", DIMENSION]
        nodes.append(
            helper.make_node("ReduceMean", ["last_hidden_state", "tokens_axis"], [name], keepdims=0)
        )
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(i, TensorProto.INT64, ["batch", "tokens"]) for i in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
        [
            numpy_helper.from_array(words, "words"),
            numpy_helper.from_array(np.array([1]), "tokens_axis"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
