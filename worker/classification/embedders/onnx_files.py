"""The files of an ONNX model, in the layout of exports by sentence-transformers."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from app.errors import StartupError

Pooling = Literal["mean", "cls"]
"""How the vectors of tokens become one: their mean, or the vector of the first token."""

# Chunks have about 256 tokens, so a higher limit would not change their vectors.
MAX_TOKENS = 512

_NETWORKS = ("model.onnx", "onnx/model.onnx")
_TOKENIZER = "tokenizer.json"
_POOLING = "1_Pooling/config.json"
# The modules of a sentence-transformers model that are implemented here.
_KNOWN_MODULES = frozenset({"Transformer", "Pooling", "Normalize"})


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of a model and its settings.

    A text is cut after `max_tokens` tokens, special ones included. `modules` are steps after
    pooling that are not implemented here; the graph itself must contain them.
    """

    network: Path
    tokenizer: Path
    pooling: Pooling
    max_tokens: int
    modules: tuple[str, ...]

    @classmethod
    def of(cls, directory: Path) -> Self:
        """Read a directory; raises StartupError, naming the file, when the model is not usable."""
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
            max_tokens=_max_tokens(directory),
            modules=_other_modules(directory / "modules.json"),
        )

    def digest(self) -> str:
        """Return the SHA-256, in hexadecimal digits, of everything that vectors depend on.

        Reads the whole network and the files of weights beside it: 0.1 s for 90 MB.
        """
        whole = hashlib.sha256()
        weights = sorted(self.network.parent.glob(f"{self.network.name}*"))
        for path in (*weights, self.tokenizer):
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        whole.update(f"{self.pooling} {self.max_tokens}".encode())
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
        f"PIGEONHOLE_EMBEDDER: {path} requires a pooling other than mean or CLS; export the model"
        " with an output sentence_embedding"
    )


def _max_tokens(directory: Path) -> int:
    limits = (
        _read_object(directory / "sentence_bert_config.json").get("max_seq_length"),
        _read_object(directory / "tokenizer_config.json").get("model_max_length"),
    )
    # Tokenizers without a limit have a number of thirty digits.
    return min([MAX_TOKENS, *(int(number) for number in limits if isinstance(number, int | float))])


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
    """Return the content of a file, or None when it does not exist."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StartupError(f"PIGEONHOLE_EMBEDDER: {path} cannot be read ({error})") from error
