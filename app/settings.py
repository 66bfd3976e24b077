"""Every setting with its default and meaning. No other module reads the environment."""

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
from pydantic_settings import SettingsConfigDict

from app import settings_checks as checks
from app.classifier_settings import ClassifierSettings, Endpoint
from app.errors import StartupError

PREFIX = "PIGEONHOLE_"
MIB = 1024 * 1024

Positive = Annotated[int, Ge(1)]
NotNegative = Annotated[int, Ge(0)]
Seconds = Annotated[float, Ge(0.05), Le(checks.MAX_WAIT_SECONDS)]


class Settings(ClassifierSettings):
    """The settings, from `PIGEONHOLE_<NAME>` in the environment or flags of the command.

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
    port: Annotated[int, Ge(0), Le(checks.MAX_PORT)] = Field(
        8000, description="Port to listen on; 0 chooses a free one."
    )
    public_url: Endpoint = Field(
        "",
        description="Origin of the server as clients see it, such as https://docs.example.com, "
        "for presigned links behind a proxy. Empty: the Host header of each request.",
    )
    root_path: Annotated[str, AfterValidator(checks.check_root_path)] = Field(
        "", description="Path prefix of the API behind a proxy, such as /pigeonhole."
    )
    data_dir: Path = Field(
        Path("pigeonhole-data"),
        description="Directory for all data of the embedded server; in production for the files "
        "only, unless blob_url is set.",
    )
    database_url: SecretStr = Field(
        SecretStr(""), description="postgresql://... for production; empty: SQLite in data_dir."
    )
    database_connections: Annotated[int, Ge(2), Le(200)] = Field(
        20, description="Maximum Postgres connections of one API process; a worker opens up to 5."
    )
    database_connect_seconds: Annotated[int, Ge(2), Le(60)] = Field(
        2, description="Time limit for connecting to Postgres and for waiting for a connection."
    )
    database_statement_seconds: Annotated[float, Ge(1), Le(3600)] = Field(
        30, description="Time limit for one Postgres statement; a third of it for a lock."
    )
    broker_url: SecretStr = Field(
        SecretStr(""),
        description="redis://... for Celery workers; empty: workers run inside `serve`.",
    )
    blob_url: Annotated[str, AfterValidator(checks.check_blob_url)] = Field(
        "",
        description="file:///absolute/path or s3://bucket/prefix for the uploaded files; empty: "
        "data_dir/blobs.",
    )
    s3_endpoint: Endpoint = Field(
        "", description="http:// or https:// URL of an S3-compatible server; empty: AWS."
    )
    s3_region: str = Field("us-east-1", description="Region of the bucket.")
    s3_credentials: Literal["keys", "environment"] = Field(
        "keys",
        description="keys: s3_access_key and s3_secret_key; environment: the AWS_* variables, or "
        "the credentials of the container or machine.",
    )
    s3_access_key: str = Field("", description="Id of the access key.")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="Secret of the access key.")
    s3_addressing: Literal["path", "host"] = Field(
        "path",
        description="Position of the bucket name in URLs: in the path, or before the host.",
    )
    s3_seconds: Annotated[float, Ge(0.5), Le(60)] = Field(
        10, description="Time limit for an answer of the store."
    )
    s3_public_endpoint: Endpoint = Field(
        "",
        description="http:// or https:// URL of the store as clients reach it, for presigned "
        "links. Empty: the links lead through this server.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 characters, from which key hashes, presigned links and "
        "encryption are derived. Required in production; the embedded server generates one in "
        "data_dir.",
    )
    api_key: SecretStr = Field(
        SecretStr(""),
        description="An API key of any form, valid from the first start. Empty: the embedded "
        "server generates one and writes it to data_dir/admin.key.",
    )
    project_id: UUID | None = Field(
        None, description="Id of the first project, used at the first start."
    )
    organization_id: UUID | None = Field(
        None, description="Id of the first organization, used at the first start."
    )

    workers: Annotated[int, Ge(1), Le(64)] = Field(
        2, description="Worker processes of the embedded server, or of one `pigeonhole worker`."
    )
    lease_seconds: Annotated[float, Ge(1), Le(3600)] = Field(
        60, description="Time without a heartbeat after which a worker's file goes to another one."
    )
    max_attempts: Annotated[int, Ge(1), Le(20)] = Field(
        3, description="Maximum attempts at one file; it fails after this many lost workers."
    )
    item_seconds: Annotated[float, Ge(10), Le(7200)] = Field(
        600, description="Time limit for one file. It then fails with the error timeout."
    )
    job_deadline_seconds: Seconds = Field(
        6 * 3600, description="Time limit for a job. It then ends with the results that it has."
    )
    sweep_seconds: Seconds = Field(
        5, description="Interval of the checks for expired leases, deadlines and lost wake-ups."
    )
    retry_window_seconds: Annotated[int, Ge(0), Le(86400)] = Field(
        120,
        description="Time within which a client's repeated request returns the same job "
        "instead of a new one.",
    )
    job_retention_seconds: Annotated[int, Ge(0)] = Field(
        0, description="Age at which ended jobs are deleted with their results; 0 keeps them."
    )
    file_retention_seconds: Annotated[int, Ge(0)] = Field(
        0, description="Age at which files are deleted, unless a job waits for them; 0 keeps them."
    )
    drain_seconds: Annotated[float, Ge(0), Le(3600)] = Field(
        30, description="Time that a stopping server waits for the files in progress."
    )

    upload_max_bytes: Positive = Field(100 * MIB, description="Maximum size of an uploaded file.")
    body_max_bytes: Positive = Field(MIB, description="Maximum size of the JSON body of a request.")
    job_max_files: Annotated[int, Ge(1), Le(500)] = Field(
        500, description="Maximum files in a job."
    )
    job_max_rules: Annotated[int, Ge(1), Le(1000)] = Field(
        200, description="Maximum rules in a job."
    )
    job_max_work: NotNegative = Field(
        10**12,
        description="Maximum of rules times examples times bytes of files of a job; 0: none.",
    )
    link_seconds: Annotated[int, Ge(1), Le(7 * 24 * 3600)] = Field(
        3600, description="Lifetime of a presigned link, unless the request sets another one."
    )
    request_seconds: Annotated[float, Ge(0.1), Le(3600)] = Field(
        20, description="Time limit for the head of a request, and for a pause within its body."
    )
    console: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Web pages at /console. auto: on, unless others reach the server without "
        "https, that is host is not this machine and public_url is not https://.",
    )
    console_sign_in: Literal["key", "automatic"] = Field(
        "key",
        description="key: visitors of the console sign in with an API key; automatic: browsers on "
        "this machine need none, if host is this machine.",
    )
    hsts_seconds: Annotated[int, Ge(0)] = Field(
        0,
        description="Time for which browsers must use https (HSTS), where a proxy serves it; 0 "
        "sends no header.",
    )

    requests_per_minute: NotNegative = Field(
        0, description="Maximum requests of one API key in a minute; 0 sets no limit."
    )
    uploads_per_minute: NotNegative = Field(
        0, description="Maximum uploads of one API key in a minute; 0 sets no limit."
    )
    project_max_bytes: NotNegative = Field(
        0, description="Maximum total size of the files of one project; 0 sets no limit."
    )
    project_max_open_files: NotNegative = Field(
        100_000,
        description="Maximum files of one project that wait for a worker; 0 sets no limit.",
    )
    project_weights: Annotated[str, AfterValidator(checks.check_weights)] = Field(
        "",
        description="Shares of projects in the workers, as `project id=weight`, separated by "
        "commas, with weights from 1 to 100; a project that is not named has 1.",
    )
    audit_retention_seconds: NotNegative = Field(
        0, description="Age at which events of the audit log are deleted; 0 keeps them."
    )

    parser_memory_bytes: Annotated[int, Ge(256 * MIB)] = Field(
        2048 * MIB, description="Maximum address space of the process that reads one file."
    )
    parser_cpu_seconds: Annotated[int, Ge(1), Le(3600)] = Field(
        30, description="CPU time limit for reading one file."
    )
    parser_wall_seconds: Annotated[float, Ge(0.5), Le(3600)] = Field(
        60, description="Wall time limit for reading one file."
    )
    parser_max_pages: Annotated[int, Ge(1), Le(10_000)] = Field(
        500, description="Maximum pages read of one document, even if the job requests more."
    )

    ocr_data_dir: Path | None = Field(
        None,
        validation_alias=AliasChoices("PIGEONHOLE_OCR_DATA_DIR", "TESSDATA_PREFIX"),
        description="Directory with OCR models (`*.traineddata`), searched before those of the "
        "system and of the package. TESSDATA_PREFIX sets it too.",
    )
    ocr_page_seconds: Annotated[float, Ge(1), Le(600)] = Field(
        10, description="Added to both time limits for each page that OCR reads."
    )
    ocr_max_seconds: Annotated[float, Ge(1), Le(3600)] = Field(
        330, description="Maximum of both time limits; further pages are not read by OCR."
    )

    limit_error_seconds: NotNegative = Field(
        600,
        description="Time for which a file that used up its CPU time or memory is not read again "
        "with the same settings: its jobs get the earlier error. 0 reads it each time.",
    )
    cache_max_bytes: Annotated[int, Ge(0)] = Field(
        1024 * MIB,
        description="Maximum size of the cached text, vectors and page pictures of files; the "
        "least recently used are deleted first. 0 disables the cache.",
    )

    webhook_policy: Literal["private", "public"] = Field(
        "private",
        description="private: webhooks may reach private networks; public: public addresses only. "
        "Metadata and link-local addresses are never allowed.",
    )
    webhook_allow: Annotated[str, AfterValidator(checks.check_networks)] = Field(
        "",
        description="Addresses and networks, separated by commas, that webhooks may reach "
        "although they are private or loopback.",
    )
    webhook_retry_seconds: Annotated[str, AfterValidator(checks.check_waits)] = Field(
        "1,5,30,300,1800,7200,21600,43200,86400",
        description="Waits before each retry of a webhook; up to half of each is added at random.",
    )
    webhook_threads: Annotated[int, Ge(1), Le(64)] = Field(
        8, description="Webhooks delivered in parallel by the embedded server, or by one worker."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Minimum severity of logged messages."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="json: one object per line; auto: text on a terminal, json elsewhere."
    )

    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="Bearer token for reading /metrics. Empty: only this machine may read "
        "them, from a server that listens on loopback.",
    )
    metrics_port: Annotated[int, Ge(0), Le(checks.MAX_PORT)] = Field(
        0,
        description="Port for the metrics of `pigeonhole worker`, at host; 0 disables it.",
    )
    otel_endpoint: Endpoint = Field(
        "",
        description="http://host:port of an OpenTelemetry collector for traces by OTLP over HTTP; "
        "needs the extra `otel`. Empty: no traces.",
    )

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        secrets = ("api_key", "secret_key", "database_url", "broker_url", "metrics_token")
        given = {name: getattr(self, name).get_secret_value() for name in secrets}
        checks.check_placeholders(**given)
        checks.check_mode(
            self.database_url.get_secret_value(),
            self.broker_url.get_secret_value(),
            self.secret_key.get_secret_value(),
        )
        checks.check_s3(
            self.blob_url,
            self.s3_credentials,
            self.s3_access_key,
            self.s3_secret_key.get_secret_value(),
            self.s3_public_endpoint,
        )
        key = self.embedder_api_key.get_secret_value()
        checks.check_embedder(self.embedder, self.embedder_model, key)
        checks.check_times(self.item_seconds, self.parser_wall_seconds, self.ocr_max_seconds)
        return self

    @property
    def is_embedded(self) -> bool:
        """Whether `serve` runs everything: SQLite, and workers as its child processes."""
        return not self.broker_url.get_secret_value()

    @property
    def sqlalchemy_url(self) -> str:
        """The URL of the database for SQLAlchemy, with the installed driver."""
        url = self.database_url.get_secret_value()
        if not url:
            return f"sqlite:///{(self.data_dir / 'pigeonhole.db').resolve()}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def s3_bucket(self) -> tuple[str, str] | None:
        """The bucket and prefix of the uploaded files; None if they are in a directory."""
        return checks.parse_bucket(self.blob_url)

    @property
    def blob_dir(self) -> Path:
        """The directory of the uploaded files; meaningless with a bucket."""
        if not self.blob_url:
            return self.data_dir / "blobs"
        return Path(unquote(urlsplit(self.blob_url).path))


def load_settings(**flags: object) -> Settings:
    """Return the settings of the environment, replaced by flags that are not None.

    Raises StartupError with one sentence for each wrong setting.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        raise StartupError(
            "; ".join(checks.sentences_of(error, PREFIX, Settings.model_fields))
        ) from None
