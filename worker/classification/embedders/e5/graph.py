"""The network as an ONNX graph with weights of eight bits.

A BERT of twelve layers without its embedding table, which is read row by row. `quantize_dynamic`
converts matrix products to integers with a scale for each column; the scales of their inputs are
chosen at run time.

Two fused operators of ONNX Runtime (com.microsoft) are used where they are faster than their parts.
Two others cost 16% of the CPU of a text more than their parts: Attention, which computes queries,
keys and values itself, and SkipLayerNormalization.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from worker.classification.embedders.base import Vectors
from worker.classification.embedders.e5.weights import Weights
from worker.classification.embedders.quantization import write_quantized

INPUT, OUTPUT = "embedded", "encoded"

_FUSED = "com.microsoft"
_OPSET, _IR_VERSION = 17, 8


def write_graph(weights: Weights, path: Path) -> None:
    """Write the quantised network: `embedded` (1, tokens, hidden) to `encoded`, the same shape.

    The input is the sum of word, position and type embeddings. There is no mask: each text runs
    alone.
    """
    write_quantized(build_graph(weights), path, ("MatMul",))


def build_graph(weights: Weights) -> onnx.ModelProto:
    """Return the network in float32."""
    shape = weights.shape
    builder = _Builder(weights)
    flow = builder.norm(INPUT, "emb.ln")
    for layer in range(shape.layers):
        flow = builder.layer(flow, f"l{layer}.")
    builder.node("Identity", [flow], OUTPUT)
    sizes: list[str | int | None] = [1, "tokens", shape.hidden]
    graph = helper.make_graph(
        builder.nodes,
        "multilingual-e5-small",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, sizes)],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, sizes)],
        builder.constants,
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)


class _Builder:
    """Collects nodes and constants. Every method returns the name of its result."""

    def __init__(self, weights: Weights) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._weights = weights

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        output: str,
        domain: str = "",
        **attributes: Any,  # noqa: ANN401  # as ONNX declares it
    ) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def norm(self, flow: str, name: str) -> str:
        """Normalise each token's vector."""
        scale, shift = self._vector(f"{name}.w"), self._vector(f"{name}.b")
        epsilon = self._weights.shape.epsilon
        return self.node(
            "LayerNormalization", [flow, scale, shift], f"{name}.y", axis=-1, epsilon=epsilon
        )

    def layer(self, flow: str, name: str) -> str:
        """Apply self-attention, then the feed-forward part, each added to its input."""
        hidden, inner = self._weights.shape.hidden, self._weights.shape.feed_forward
        context = self.node(
            "MultiHeadAttention",
            [self._mapped(flow, f"{name}{part}") for part in "qkv"],
            f"{name}context",
            _FUSED,
            num_heads=self._weights.shape.heads,
        )
        attended = self._added(self._product(context, f"{name}ao", hidden), flow, name, "ao", "aln")
        wide = self.node(
            "BiasGelu",
            [self._product(attended, f"{name}fi", hidden), self._vector(f"{name}fi.b")],
            f"{name}gelu",
            _FUSED,
        )
        return self._added(self._product(wide, f"{name}fo", inner), attended, name, "fo", "oln")

    def _added(self, flow: str, skipped: str, name: str, bias: str, norm: str) -> str:
        """Add the result of a part of the layer and its bias to its input; normalise."""
        # ONNX Runtime replaces two Add before a norm, but not a Sum, by SkipLayerNormalization.
        inputs = [flow, self._vector(f"{name}{bias}.b"), skipped]
        return self.norm(self.node("Sum", inputs, f"{name}{norm}.x"), f"{name}{norm}")

    def _mapped(self, flow: str, name: str) -> str:
        """Apply a matrix and its bias that keep the size of a token's vector."""
        product = self._product(flow, name, self._weights.shape.hidden)
        return self.node("Add", [product, self._vector(f"{name}.b")], f"{name}.z")

    def _product(self, flow: str, name: str, columns: int) -> str:
        matrix = self._constant(f"{name}.w", self._weights.matrix(f"{name}.w", columns).T)
        return self.node("MatMul", [flow, matrix], f"{name}.y")

    def _vector(self, name: str) -> str:
        return self._constant(name, self._weights.vector(name))

    def _constant(self, name: str, values: Vectors) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name
