"""The network of USE multilingual v3 as an ONNX graph with weights of eight bits.

Three branches look at two, three and five neighbouring words. Their results and the words
themselves are normalised and summed over the text, and a small feed-forward network follows.
`quantize_dynamic` converts the products over all words to integers.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from worker.classification.embedders.base import Vectors
from worker.classification.embedders.quantization import write_quantized

INPUT, COUNT, OUTPUT = "embedded", "count", "encoded"

WORD_SIZE, _BRANCH_SIZE, _SIZE = 512, 256, 512
# The words that each branch looks at, and how many of them come before.
_BRANCHES = ((2, 0), (3, 1), (5, 2))
_TO_END = 2**31
_OPSET, _IR_VERSION = 17, 8
# What runs once for each text stays in floating point: integers gain nothing there.
_BY_WORD = "word."


def write_graph(weights: Mapping[str, Vectors], path: Path) -> None:
    """Write the quantised network: `embedded` (words, 512) and `count` (1,) to `encoded` (1, 512).

    `weights` are those of the package, by its names. There is no mask: each text runs alone.
    """
    model = build_graph(weights)
    by_word = [node.name for node in model.graph.node if node.name.startswith(_BY_WORD)]
    write_quantized(model, path, ("MatMul",), by_word)


def build_graph(weights: Mapping[str, Vectors]) -> onnx.ModelProto:
    """Return the network in float32."""
    builder = _Builder(weights)
    builder.encode(builder.sum_words())
    graph = helper.make_graph(
        builder.nodes,
        "use-multilingual-v3",
        [
            helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["words", WORD_SIZE]),
            helper.make_tensor_value_info(COUNT, TensorProto.FLOAT, [1]),
        ],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, _SIZE])],
        builder.constants,
    )
    opsets = [helper.make_opsetid("", _OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)


class _Builder:
    """Collects nodes and constants. Every method returns the name of its result."""

    def __init__(self, weights: Mapping[str, Vectors]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._weights = weights
        self._epsilon = float(weights["eps"])
        self._rows = self._constant("rows", np.array([0], np.int64))

    def sum_words(self) -> str:
        """Return the sum of the features of all words, (1, 1280)."""
        orders = [order for order, _ in _BRANCHES]
        side_by_side = [np.concatenate([self._weights[f"{name}{n}"] for n in orders], axis=-1)
                        for name in ("proj", "proj_b", "ln_g", "ln_b")]  # fmt: skip
        flow = self._product(INPUT, side_by_side[0], f"{_BY_WORD}project")
        flow = self._add(flow, side_by_side[1], "projected")
        flow = self._norm(flow, side_by_side[2], side_by_side[3], "projected.norm")
        parts = [f"branch{order}" for order in orders]
        sizes = self._constant("sizes", np.array([_BRANCH_SIZE] * len(parts), np.int64))
        self.nodes.append(helper.make_node("Split", [flow, sizes], parts, axis=1))
        branches = [
            self._branch(part, order, before)
            for part, (order, before) in zip(parts, _BRANCHES, strict=True)
        ]
        features = self._node("Concat", [INPUT, *branches], "features", axis=1)
        features = self._norm(features, self._weights["ln_g"], self._weights["ln_b"], "norm")
        return self._node("ReduceSum", [features, self._rows], "sum", keepdims=1)

    def encode(self, total: str) -> str:
        """Turn the sum into a vector of length 1."""
        w = self._weights
        bias = self._node("Mul", [COUNT, self._constant("bias", w["cnn_b"])], "biases")
        mean = self._node("Add", [self._product(total, w["cnn_W"], "output"), bias], "shifted")
        root = self._node("Sqrt", [COUNT], "root")
        mean = self._node("Div", [mean, root], "mean")
        first = self._relu(self._product(mean, w["d0"], "d0"), "y0")
        second = self._relu(
            self._node(
                "Add",
                [self._product(mean, w["p1"], "p1"), self._product(first, w["d1"], "d1")],
                "y1.sum",
            ),
            "y1",
        )
        third = self._relu(self._product(second, w["d2"], "d2"), "y2")
        last = self._node(
            "Add",
            [self._product(second, w["p3"], "p3"), self._product(third, w["d3"], "d3")],
            "last",
        )
        bent = self._node("Tanh", [last], "bent")
        return self._node("LpNormalization", [bent], OUTPUT, axis=1, p=2)

    def _branch(self, flow: str, order: int, before: int) -> str:
        """Apply two convolutions over neighbouring words, each added to its input."""
        for layer in ("1", "2"):
            name = f"{_BY_WORD}{flow}.{layer}"
            wide = self._neighbours(flow, order, before, name)
            product = self._product(wide, self._weights[f"w{layer}_{order}"], name)
            shifted = self._add(product, self._weights[f"b{layer}_{order}"], f"{name}.b")
            bent = self._relu(shifted, f"{name}.r")
            flow = self._node("Add", [bent, flow], f"{name}.out")
        return flow

    def _neighbours(self, flow: str, order: int, before: int, name: str) -> str:
        """Put each word beside its neighbours; beyond the ends of the text are zeros."""
        room = self._constant(
            f"{name}.room", np.array([before, 0, order - 1 - before, 0], np.int64)
        )
        padded = self._node("Pad", [flow, room], f"{name}.padded")
        shifted = []
        for step in range(order):
            start = self._constant(f"{name}.from{step}", np.array([step], np.int64))
            stop = self._constant(
                f"{name}.to{step}", np.array([step + 1 - order or _TO_END], np.int64)
            )
            shifted.append(
                self._node("Slice", [padded, start, stop, self._rows], f"{name}.at{step}")
            )
        return self._node("Concat", shifted, f"{name}.wide", axis=1)

    def _norm(self, flow: str, scale: Vectors, shift: Vectors, name: str) -> str:
        inputs = [
            flow,
            self._constant(f"{name}.g", scale),
            self._constant(f"{name}.b", shift),
        ]
        return self._node("LayerNormalization", inputs, f"{name}.y", axis=-1, epsilon=self._epsilon)

    def _product(self, flow: str, matrix: Vectors, name: str) -> str:
        return self._node("MatMul", [flow, self._constant(f"{name}.w", matrix)], name)

    def _add(self, flow: str, shift: Vectors, name: str) -> str:
        return self._node("Add", [flow, self._constant(f"{name}.shift", shift)], name)

    def _relu(self, flow: str, name: str) -> str:
        return self._node("Relu", [flow], name)

    def _node(
        self,
        operator: str,
        inputs: Sequence[str],
        output: str,
        **attributes: Any,  # noqa: ANN401  # as ONNX declares it
    ) -> str:
        node = helper.make_node(operator, inputs, [output], name=output, **attributes)
        self.nodes.append(node)
        return output

    def _constant(self, name: str, values: np.ndarray[Any, Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name
