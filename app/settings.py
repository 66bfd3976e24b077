"""The one place that reads the environment: every setting, its default and its meaning."""

import sys
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit
from uuid import UUID

from annotated_types import Ge, Le
from pydantic import (
    AfterValidator,
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import StartupError
from app.settings_checks import (
    HIGHEST_PORT,
    bucket_of,
    check_embedder,
    check_endpoint,
    check_mode,
    check_s3,
    names_a_directory,
)
from app.settings_errors import sentences_of
from app.webhooks.policy import check_networks
from app.webhooks.schedule import check_waits

PREFIX = "PIGEONHOLE_"
MIB = 1024 * 1024
# A secret shorter than this could be guessed from one presigned URL.
SHORTEST_SECRET = 32
# Part of the installed environment, which installing and building an image can both write.
DEFAULT_MODELS_DIR = Path(sys.prefix) / "share" / "pigeonhole" / "models"

Positive = Annotated[int, Ge(1)]
NotNegative = Annotated[int, Ge(0)]
Endpoint = Annotated[str, AfterValidator(check_endpoint)]
Seconds = Annotated[float, Ge(0.05), Le(30 * 24 * 3600)]


class Settings(BaseSettings):
    """What can be set, by `PIGEONHOLE_<NAME>` in the environment or by a flag of the command.

    Embedded mode: no `database_url` and no `broker_url`. Production: both.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        populate_by_name=True,
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Ge(0), Le(HIGHEST_PORT)] = Field(
        8000, description="Port to listen on; 0 picks a free one."
    )
    public_url: Endpoint = Field(
        "",
        description="Origin that clients use, such as https://docs.example.com, for presigned "
        "links behind a proxy. Empty: taken from each request's Host header.",
    )
    root_path: str = Field(
        "", description="Path prefix under which a proxy serves the API, such as /pigeonhole."
    )
    data_dir: Path = Field(
        Path("pigeonhole-data"),
        description="Directory of everything that the embedded server keeps; in production only "
        "of the files, unless blob_url names another place.",
    )
    database_url: SecretStr = Field(
        SecretStr(""), description="postgresql://... for production; empty: SQLite in data_dir."
    )
    database_connections: Annotated[int, Ge(2), Le(200)] = Field(
        20, description="Most connections to Postgres of one API process; a worker opens up to 5."
    )
    database_connect_seconds: Annotated[int, Ge(2), Le(60)] = Field(
        2, description="How long Postgres may take to connect, and a request waits for it."
    )
    database_statement_seconds: Annotated[float, Ge(1), Le(3600)] = Field(
        30, description="How long Postgres may work on one statement; a third of it for a lock."
    )
    broker_url: SecretStr = Field(
        SecretStr(""),
        description="redis://... for Celery workers; empty: workers run inside `serve`.",
    )
    blob_url: str = Field(
        "",
        description="file:///absolute/path or s3://bucket/prefix of the uploaded files; empty: "
        "data_dir/blobs.",
    )
    s3_endpoint: Endpoint = Field(
        "", description="http:// or https:// address of a server that speaks S3; empty: AWS."
    )
    s3_region: str = Field("us-east-1", description="Region of the bucket.")
    s3_credentials: Literal["keys", "environment"] = Field(
        "keys",
        description="keys: s3_access_key and s3_secret_key; environment: the AWS_* variables, or "
        "what the container or the machine has.",
    )
    s3_access_key: str = Field("", description="Id of the access key.")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="Secret of the access key.")
    s3_addressing: Literal["path", "host"] = Field(
        "path",
        description="Where the bucket's name is in addresses: in the path, or before the host.",
    )
    s3_seconds: Annotated[float, Ge(0.5), Le(60)] = Field(
        10, description="How long the store may be silent before a request to it is given up."
    )
    s3_public_endpoint: Endpoint = Field(
        "",
        description="http:// or https:// address of the store as clients reach it: presigned "
        "links lead there. Empty: they lead through this server.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 characters: key hashes, presigned links and encryption derive "
        "from it. Required in production; the embedded server generates one into data_dir.",
    )
    api_key: SecretStr = Field(
        SecretStr(""),
        description="An API key of any shape that is valid from the first start on; empty: the "
        "embedded server makes one and writes it to data_dir/admin.key.",
    )
    project_id: UUID | None = Field(
        None, description="Id of the first project, set at the first start."
    )
    organization_id: UUID | None = Field(
        None, description="Id of the first organization, set at the first start."
    )

    workers: Annotated[int, Ge(1), Le(64)] = Field(
        2, description="Worker processes of the embedded server, or of one `pigeonhole worker`."
    )
    lease_seconds: Annotated[float, Ge(1), Le(3600)] = Field(
        60, description="How long a worker may be silent before its file goes to another one."
    )
    max_attempts: Annotated[int, Ge(1), Le(20)] = Field(
        3, description="How many workers may be lost over one file before it is given up."
    )
    item_seconds: Annotated[float, Ge(10), Le(7200)] = Field(
        600,
        description="How long a worker may spend on one file: then the file ends with the error "
        "timeout, and a worker that hangs is replaced.",
    )
    job_deadline_seconds: Seconds = Field(
        6 * 3600, description="A job that is not finished by then ends with what it has."
    )
    sweep_seconds: Seconds = Field(
        5, description="How often expired leases, deadlines and lost wake-ups are looked for."
    )
    retry_window_seconds: Annotated[int, Ge(0), Le(86400)] = Field(
        120, description="A client's own retry of a new job within this time gets the same job."
    )
    job_retention_seconds: Annotated[int, Ge(0)] = Field(
        0, description="Jobs this old are deleted with their results, once ended; 0 keeps them."
    )
    file_retention_seconds: Annotated[int, Ge(0)] = Field(
        0, description="Files this old are deleted, unless a job waits for them; 0 keeps them."
    )
    drain_seconds: Annotated[float, Ge(0), Le(3600)] = Field(
        30, description="How long a stopping server waits for the files in work."
    )

    upload_max_bytes: Positive = Field(100 * MIB, description="Largest file that can be uploaded.")
    body_max_bytes: Positive = Field(MIB, description="Largest JSON body of a request.")
    job_max_files: Annotated[int, Ge(1), Le(500)] = Field(500, description="Most files in a job.")
    job_max_rules: Annotated[int, Ge(1), Le(1000)] = Field(200, description="Most rules in a job.")
    link_seconds: Annotated[int, Ge(1), Le(7 * 24 * 3600)] = Field(
        3600, description="How long a presigned link works unless the request says otherwise."
    )
    request_seconds: Annotated[float, Ge(0.1), Le(3600)] = Field(
        20,
        description="How long the head of a request may take, and a silence within a body.",
    )
    hsts_seconds: Annotated[int, Ge(0)] = Field(
        0, description="How long browsers are to insist on https, where a proxy speaks it; 0: not."
    )

    requests_per_minute: NotNegative = Field(
        0, description="Most requests of one API key in a minute; 0 sets no limit."
    )
    uploads_per_minute: NotNegative = Field(
        0, description="Most uploads of one API key in a minute; 0 sets no limit."
    )
    project_max_bytes: NotNegative = Field(
        0, description="Most bytes of files that one project may keep; 0 sets no limit."
    )
    audit_retention_seconds: NotNegative = Field(
        0, description="Events of the audit log this old are deleted; 0 keeps them."
    )

    parser_memory_bytes: Annotated[int, Ge(256 * MIB)] = Field(
        2048 * MIB, description="Address space of the process that reads one file."
    )
    parser_cpu_seconds: Annotated[int, Ge(1), Le(3600)] = Field(
        60, description="CPU time for reading one file."
    )
    parser_wall_seconds: Annotated[float, Ge(0.5), Le(3600)] = Field(
        30, description="Wall time for reading one file."
    )
    parser_max_pages: Annotated[int, Ge(1), Le(10_000)] = Field(
        500, description="Most pages read of one document, whatever the job asks for."
    )

    ocr_data_dir: Path | None = Field(
        None,
        validation_alias=AliasChoices("PIGEONHOLE_OCR_DATA_DIR", "TESSDATA_PREFIX"),
        description="Directory with models for OCR (`*.traineddata`), searched before those of "
        "the system and of the package; TESSDATA_PREFIX is taken, too.",
    )
    ocr_page_seconds: Annotated[float, Ge(1), Le(600)] = Field(
        10, description="Added to both times for each page that OCR reads."
    )
    ocr_max_seconds: Annotated[float, Ge(1), Le(3600)] = Field(
        300,
        description="Beyond this the times do not grow, and further pages are not read by OCR.",
    )

    cache_max_bytes: Annotated[int, Ge(0)] = Field(
        1024 * MIB,
        description="How much is kept of the text of files and its vectors, so that another job "
        "with the same files costs less; the least recently used goes first. 0 keeps nothing.",
    )

    models_dir: Path | None = Field(
        None,
        description="Directory of the models that `pigeonhole models build` makes; empty: "
        "share/pigeonhole/models in the installed environment.",
    )
    model_threads: Annotated[int, Ge(1), Le(64)] = Field(
        1, description="Threads of one worker's embedding model; workers are processes already."
    )
    embedder: str = Field(
        "",
        description="An embedder of your own instead of the built-in models: "
        "http://host:port of a server with OpenAI's /v1/embeddings, or the absolute path of a "
        "directory with an ONNX model.",
    )
    embedder_model: str = Field(
        "", description="Name of the model that an embeddings server is asked for."
    )
    embedder_api_key: SecretStr = Field(
        SecretStr(""), description="Sent to an embeddings server as a bearer token; empty: none."
    )
    embedder_query_prefix: str = Field(
        "", description="Put before each description that your embedder gets, such as `query: `."
    )
    embedder_passage_prefix: str = Field(
        "",
        description="Put before each piece of a document that your embedder gets, such as "
        "`passage: `.",
    )
    embedder_batch: Annotated[int, Ge(1), Le(256)] = Field(
        1,
        description="Texts in one request to an embeddings server; with more than 1 a vector may "
        "depend on its neighbours.",
    )
    embedder_seconds: Annotated[float, Ge(0.05), Le(600)] = Field(
        30, description="How long one request to an embeddings server may take."
    )
    embedder_tries: Annotated[int, Ge(1), Le(10)] = Field(
        4, description="How often one request to an embeddings server is tried."
    )

    webhook_policy: Literal["private", "public"] = Field(
        "private",
        description="private: webhooks also go to private networks; public: to public addresses "
        "only. Neither reaches metadata or link-local addresses.",
    )
    webhook_allow: Annotated[str, AfterValidator(check_networks)] = Field(
        "",
        description="Addresses and networks, separated by commas, that webhooks may go to although "
        "they are private, or loopback on a server that others can reach.",
    )
    webhook_retry_seconds: Annotated[str, AfterValidator(check_waits)] = Field(
        "1,5,30,300,1800,7200,21600,43200,86400",
        description="Waits before each retry of a webhook; up to half is added by chance.",
    )
    webhook_threads: Annotated[int, Ge(1), Le(64)] = Field(
        8, description="Webhooks delivered at a time by the embedded server, or by one worker."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe messages that are logged."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="json: one object a line; auto: text on a terminal, json elsewhere."
    )

    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="What a scraper of /metrics sends as a bearer token; empty: only this machine "
        "may read them, from a server that listens on loopback.",
    )
    metrics_port: Annotated[int, Ge(0), Le(HIGHEST_PORT)] = Field(
        0,
        description="Port on which `pigeonhole worker` serves its metrics, at host; 0 serves none. "
        "`serve` has them on its own port.",
    )
    otel_endpoint: Endpoint = Field(
        "",
        description="http://host:port of an OpenTelemetry collector that gets traces by OTLP over "
        "HTTP; needs the extra `otel`. Empty: nothing is sent.",
    )

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        database, broker = self.database_url.get_secret_value(), self.broker_url.get_secret_value()
        check_mode(database, broker, self.secret_key.get_secret_value(), SHORTEST_SECRET)
        if self.blob_url and not (names_a_directory(self.blob_url) or self.s3_bucket):
            raise ValueError(
                "blob_url must be file:///absolute/path, with special characters percent-encoded, "
                "or s3://bucket/prefix, or be empty"
            )
        check_s3(
            self.s3_public_endpoint,
            self.s3_credentials,
            is_used=self.s3_bucket is not None,
            has_keys=bool(self.s3_access_key and self.s3_secret_key.get_secret_value()),
        )
        if self.embedder:
            key = self.embedder_api_key.get_secret_value()
            check_embedder(self.embedder, self.embedder_model, key)
        if self.root_path and (not self.root_path.startswith("/") or self.root_path.endswith("/")):
            raise ValueError("root_path must begin with / and not end with it")
        return self

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        if self.item_seconds <= max(self.parser_wall_seconds, self.ocr_max_seconds):
            raise ValueError(
                "item_seconds must be more than parser_wall_seconds and ocr_max_seconds: a worker "
                "may take that long to read one file"
            )
        return self

    @property
    def is_embedded(self) -> bool:
        """Whether one `serve` is everything: SQLite, and workers as its own children."""
        return not self.broker_url.get_secret_value()

    @property
    def sqlalchemy_url(self) -> str:
        """The database's URL in SQLAlchemy's form, with the driver that is installed."""
        url = self.database_url.get_secret_value()
        if not url:
            return f"sqlite:///{(self.data_dir / 'pigeonhole.db').resolve()}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def built_models(self) -> Path:
        """The directory of the models that were built on this machine."""
        return self.models_dir or DEFAULT_MODELS_DIR

    @property
    def s3_bucket(self) -> tuple[str, str] | None:
        """The bucket of uploaded files and the prefix in it; None when they are in a directory."""
        return bucket_of(self.blob_url)

    @property
    def blob_dir(self) -> Path:
        """The directory that holds the uploaded files; without meaning when a bucket does."""
        if not self.blob_url:
            return self.data_dir / "blobs"
        return Path(unquote(urlsplit(self.blob_url).path))


def load_settings(**flags: object) -> Settings:
    """Read the environment, let flags that are not None win, and check everything.

    Raises StartupError with one sentence per wrong setting, naming it.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        raise StartupError("; ".join(sentences_of(error, PREFIX))) from None
