"""The settings of the classifier: models, embedders, learning. `app.settings` has the others."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from app import settings_checks as checks

# Within the installed environment, to which both an installation and an image build can write.
DEFAULT_MODELS_DIR = Path(sys.prefix) / "share" / "pigeonhole" / "models"

Endpoint = Annotated[str, AfterValidator(checks.check_endpoint)]


class ClassifierSettings(BaseSettings):
    """What decides how documents are classified."""

    models_dir: Path | None = Field(
        None,
        description="Directory of the models built by `pigeonhole models build`; empty: "
        "share/pigeonhole/models in the installed environment.",
    )
    model_threads: Annotated[int, Ge(1), Le(64)] = Field(
        1, description="Threads of the embedding model in each worker process."
    )
    cascade: Literal["on", "off"] = Field(
        "on",
        description="`on`: the small model decides alone where it is sure; `off`: both do.",
    )
    learn: Literal["on", "off"] = Field(
        "on",
        description="`on`: corrections of a project count where they are known to help; `off`: they"
        " are kept, and verdicts are those of the engine alone.",
    )
    embedder: str = Field(
        "",
        description="A custom embedder instead of the built-in models: http://host:port of a "
        "server with OpenAI's /v1/embeddings, or the absolute path of a directory with an ONNX "
        "model.",
    )
    embedder_model: str = Field(
        "", description="Name of the model to request from an embeddings server."
    )
    embedder_api_key: SecretStr = Field(
        SecretStr(""), description="Bearer token for an embeddings server; empty: none."
    )
    embedder_query_prefix: str = Field(
        "",
        description="Text before each description sent to a custom embedder, such as `query: `.",
    )
    embedder_passage_prefix: str = Field(
        "",
        description="Text before each chunk of a document sent to a custom embedder, such as "
        "`passage: `.",
    )
    embedder_batch: Annotated[int, Ge(1), Le(256)] = Field(
        1,
        description="Texts in one request to an embeddings server; with more than 1, a vector may "
        "depend on the other texts of its request.",
    )
    embedder_seconds: Annotated[float, Ge(0.05), Le(600)] = Field(
        30, description="Time limit for one request to an embeddings server."
    )
    embedder_tries: Annotated[int, Ge(1), Le(10)] = Field(
        4, description="Maximum attempts at one request to an embeddings server."
    )

    @property
    def built_models(self) -> Path:
        """The directory of the models built on this machine."""
        return self.models_dir or DEFAULT_MODELS_DIR
