"""What lies in the directory of an ONNX model, laid out as sentence-transformers export it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from app.errors import StartupError

Pooling = Literal["mean", "cls"]
"""How one vector is made of those of all tokens: their mean, or the first token's."""

# Chunks have about 256 tokens: a model that reads more would only cost more.
MAX_TOKENS = 512

_NETWORKS = ("model.onnx", "onnx/model.onnx")
_TOKENIZER = "tokenizer.json"
_POOLING = "1_Pooling/config.json"
# The modules of a sentence-transformers model that are done here.
_KNOWN_MODULES = frozenset({"Transformer", "Pooling", "Normalize"})


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of a model and what they say about its use.

    `longest` is the number of tokens, special ones included, after which a text is cut.
    `modules` are steps after pooling that only the graph itself could do.
    """

    network: Path
    tokenizer: Path
    pooling: Pooling
    longest: int
    modules: tuple[str, ...]

    @classmethod
    def of(cls, directory: Path) -> Self:
        """Read a directory; raises StartupError, naming the file, when it holds no usable model."""
        network = next(
            (directory / name for name in _NETWORKS if (directory / name).is_file()), None
        )
        if network is None:
            raise StartupError(
                f"PIGEONHOLE_EMBEDDER: there is neither {' nor '.join(_NETWORKS)} in {directory}"
            )
        tokenizer = directory / _TOKENIZER
        if not tokenizer.is_file():
            raise StartupError(f"PIGEONHOLE_EMBEDDER: there is no {_TOKENIZER} in {directory}")
        return cls(
            network=network,
            tokenizer=tokenizer,
            pooling=_pooling(directory / _POOLING),
            longest=_longest(directory),
            modules=_other_modules(directory / "modules.json"),
        )

    def digest(self) -> str:
        """Return the SHA-256, in hexadecimal digits, of all that vectors depend on.

        Reads the network whole, with the files of weights beside it: 0.1 s for 90 MB.
        """
        whole = hashlib.sha256()
        weights = sorted(self.network.parent.glob(f"{self.network.name}*"))
        for path in (*weights, self.tokenizer):
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        whole.update(f"{self.pooling} {self.longest}".encode())
        return whole.hexdigest()


def _pooling(path: Path) -> Pooling:
    config = _read_object(path)
    if not config:
        return "mean"
    asked = {name for name, value in config.items() if name.startswith("pooling_mode_") and value}
    if asked == {"pooling_mode_mean_tokens"}:
        return "mean"
    if asked == {"pooling_mode_cls_token"}:
        return "cls"
    raise StartupError(
        f"PIGEONHOLE_EMBEDDER: {path} asks for another pooling than mean or CLS: export the model"
        " with an output sentence_embedding"
    )


def _longest(directory: Path) -> int:
    said = (
        _read_object(directory / "sentence_bert_config.json").get("max_seq_length"),
        _read_object(directory / "tokenizer_config.json").get("model_max_length"),
    )
    # Tokenizers without a limit say so by a number of thirty digits.
    return min([MAX_TOKENS, *(int(number) for number in said if isinstance(number, int | float))])


def _other_modules(path: Path) -> tuple[str, ...]:
    modules = _read_json(path)
    if not isinstance(modules, list):
        return ()
    kinds = (str(module.get("type")).rpartition(".")[2] for module in modules)
    return tuple(kind for kind in kinds if kind not in _KNOWN_MODULES)


def _read_object(path: Path) -> dict[str, object]:
    content = _read_json(path)
    return content if isinstance(content, dict) else {}


def _read_json(path: Path) -> object:
    """Return the content of a file, None when there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StartupError(f"PIGEONHOLE_EMBEDDER: {path} cannot be read ({error})") from error
