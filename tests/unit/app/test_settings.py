"""Settings: every one documented, nonsense refused by name, flags before the environment."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args, get_origin
from uuid import UUID

import pytest
from annotated_types import Ge, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.errors import StartupError
from app.settings import PREFIX, Settings, load_settings

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "settings.md"
SECRET = "0123456789abcdef0123456789abcdef"
PRODUCTION = {
    "database_url": "postgresql://user:secret@db/pigeonhole",
    "broker_url": "redis://redis/0",
    "secret_key": SECRET,
}


def row(name: str, field: FieldInfo) -> str:
    """Return a setting's line in the reference, as it must stand there."""
    cells = [f"`{PREFIX}{name.upper()}`", default_of(field), values_of(field), field.description]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def default_of(field: FieldInfo) -> str:
    default = field.default
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default is None or default == "":
        return "empty"
    if isinstance(default, StrEnum):
        default = default.value
    return f"`{default}`"


def values_of(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(field.annotation))
    limits = [limit for limit in field.metadata if isinstance(limit, Ge | Le)]
    lowest = next((limit.ge for limit in limits if isinstance(limit, Ge)), None)
    highest = next((limit.le for limit in limits if isinstance(limit, Le)), None)
    if lowest is None:
        if field.annotation in (Path, Path | None):
            return "a path"
        return "a UUID" if field.annotation == UUID | None else "text"
    return f"{lowest} or more" if highest is None else f"{lowest} to {highest}"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_reference_has_each_setting_as_it_is(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description, "every setting says what it is for"
    assert field.description.endswith(".")
    assert row(name, field) in PAGE.read_text(encoding="utf-8").splitlines()


def test_the_reference_has_nothing_else() -> None:
    documented = [
        line.split("`")[1]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| `{PREFIX}")
    ]
    # In an order of its own: inherited fields come first in the class.
    assert sorted(documented) == sorted(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)


def test_nothing_needs_to_be_set() -> None:
    settings = load_settings()

    assert settings.is_embedded
    assert settings.sqlalchemy_url == f"sqlite:///{Path('pigeonhole-data/pigeonhole.db').resolve()}"
    assert settings.blob_dir == Path("pigeonhole-data/blobs")


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIGEONHOLE_PORT", "9000")
    monkeypatch.setenv("PIGEONHOLE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PIGEONHOLE_WORKERS", "")  # as Compose passes what is not set
    monkeypatch.setenv("PIGEONHOLE_NO_SUCH_THING", "1")

    settings = load_settings()

    assert (settings.port, settings.data_dir, settings.workers) == (9000, tmp_path, 2)


def test_flags_win_and_absent_flags_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIGEONHOLE_PORT", "9000")
    monkeypatch.setenv("PIGEONHOLE_HOST", "::1")

    settings = load_settings(port=9001, host=None)

    assert (settings.port, settings.host) == (9001, "::1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "http"),
        ("port", "65536"),
        ("workers", "0"),
        ("lease_seconds", "-1"),
        ("sweep_seconds", "nan"),
        ("project_id", "my-project"),
        ("log_level", "loud"),
        ("upload_max_bytes", "0"),
        ("job_max_files", "501"),
        ("parser_memory_bytes", "1"),
        ("blob_url", "s3://"),
        ("blob_url", "s3://my_bucket"),
        ("blob_url", "s3://bucket/a%20b"),
        ("blob_url", "s3://bucket//a"),
        ("blob_url", "s3://bucket/a?region=b"),
        ("blob_url", "s3://key@bucket"),
        ("s3_endpoint", "minio:9000"),
        ("s3_endpoint", "http://key@minio"),
        ("s3_public_endpoint", "s3://bucket"),
        ("s3_addressing", "domain"),
        ("s3_seconds", "0"),
        ("blob_url", "file://srv/files"),
        ("blob_url", "file:/srv/files"),
        ("blob_url", "file:///"),
        ("blob_url", "file:///srv/a#b"),
        ("blob_url", "file:///srv/a%00b"),
        ("blob_url", "file://[srv/files"),
        ("public_url", "docs.example.com"),
        ("public_url", "https://"),
        ("public_url", "https://docs.example.com/?tenant=1"),
        ("root_path", "pigeonhole"),
        ("root_path", "/pigeonhole/"),
        ("database_url", "mysql://db/pigeonhole"),
        ("database_url", "sqlite:///pigeonhole.db"),
        ("database_url", "postgresql+psycopg2://db/pigeonhole"),
        ("database_url", "postgresql:/db/pigeonhole"),
        ("database_url", "postgresql://db:port/pigeonhole"),
        ("database_url", "postgresql://db:65536/pigeonhole"),
        ("broker_url", "amqp://rabbit"),
        ("broker_url", "redis+socket:///run/redis.sock"),
        ("broker_url", "redis:///0"),
        ("broker_url", "redis://redis:port/0"),
        ("broker_url", "redis://redis/first"),
        ("broker_url", "redis://[redis/0"),
        ("secret_key", "short"),
        ("embedder", "localhost:8080"),
        ("embedder", "models/mine"),
        ("embedder", "ftp://models/mine"),
        ("embedder", "http://:8080"),
        ("embedder", "http://models:0"),
        ("embedder", "http://models:port"),
        ("embedder", "http://key@models"),
        ("embedder", "http://models/v1?key=1"),
        ("embedder", "http://models/v1#a"),
        ("embedder", "http://models/v 1"),
        ("embedder", "http://[models"),
        ("embedder_batch", "0"),
        ("embedder_tries", "11"),
        ("embedder_seconds", "0"),
    ],
)
def test_nonsense_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    variable = f"{PREFIX}{name.upper()}"
    monkeypatch.setenv(variable, value)

    with pytest.raises(StartupError) as refusal:
        load_settings()

    assert str(refusal.value).startswith(variable)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "embedder",
    ["http://models:8080", "https://models", "http://[::1]:8080/v1", "http://127.0.0.1/embeddings"],
)
def test_an_embeddings_server_needs_the_name_of_a_model(embedder: str) -> None:
    with pytest.raises(StartupError, match=r"^PIGEONHOLE_EMBEDDER_MODEL is required"):
        load_settings(embedder=embedder)

    assert load_settings(embedder=embedder, embedder_model="e5").embedder == embedder


def test_an_embedder_may_be_a_directory() -> None:
    assert load_settings(embedder="/srv/models/e5").embedder == "/srv/models/e5"


def test_prefixes_keep_their_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIGEONHOLE_EMBEDDER_QUERY_PREFIX", "query: ")

    assert load_settings().embedder_query_prefix == "query: "


def test_a_key_must_fit_into_a_header() -> None:
    with pytest.raises(StartupError, match=r"^PIGEONHOLE_EMBEDDER_API_KEY must be") as refusal:
        load_settings(embedder="http://m", embedder_model="e5", embedder_api_key="key\nX-Evil: 1")

    assert "Evil" not in str(refusal.value)


def test_reading_a_file_ends_before_its_worker_is_stopped() -> None:
    for times in ({"item_seconds": 300}, {"ocr_max_seconds": 600}, {"parser_wall_seconds": 600}):
        with pytest.raises(StartupError, match=r"^PIGEONHOLE_ITEM_SECONDS must be more than"):
            load_settings(**times)
    assert load_settings(item_seconds=61, ocr_max_seconds=50).item_seconds == 61


def test_the_directory_of_ocr_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    assert load_settings().ocr_data_dir is None
    monkeypatch.setenv("TESSDATA_PREFIX", "/srv/tessdata")
    assert load_settings().ocr_data_dir == Path("/srv/tessdata")
    monkeypatch.setenv("PIGEONHOLE_OCR_DATA_DIR", "/srv/ours")
    assert load_settings().ocr_data_dir == Path("/srv/ours")


def test_everything_wrong_is_named_at_once() -> None:
    with pytest.raises(StartupError, match=r"PIGEONHOLE_PORT: .*; PIGEONHOLE_WORKERS: "):
        load_settings(port=-1, workers=0)


def test_a_secret_is_not_repeated() -> None:
    with pytest.raises(StartupError) as refusal:
        load_settings(secret_key="my-little-secret")

    assert "my-little-secret" not in str(refusal.value)
    assert SECRET not in repr(load_settings(secret_key=SECRET))
    for name in ("database_url", "broker_url"):
        with pytest.raises(StartupError) as refusal:
            load_settings(**{**PRODUCTION, name: "redis+sql://me:my-little-secret@db:my-port/0"})
        assert "my-" not in str(refusal.value)


class TestPair:
    """Postgres and Redis are set together, and then a secret key must be set."""

    def test_production(self) -> None:
        settings = load_settings(**PRODUCTION)

        assert not settings.is_embedded
        assert settings.sqlalchemy_url == "postgresql+psycopg://user:secret@db/pigeonhole"

    @pytest.mark.parametrize(
        ("missing", "sentence"),
        [
            ("database_url", r"PIGEONHOLE_BROKER_URL \(redis\) belong together"),
            ("broker_url", r"PIGEONHOLE_BROKER_URL \(redis\) belong together"),
            ("secret_key", "PIGEONHOLE_SECRET_KEY is required in production"),
        ],
    )
    def test_half_of_it(self, missing: str, sentence: str) -> None:
        with pytest.raises(StartupError, match=sentence):
            load_settings(**{k: v for k, v in PRODUCTION.items() if k != missing})

    @pytest.mark.parametrize(
        "given",
        [
            {"blob_url": "file:///srv/my%20files"},
            {"database_url": "postgresql://user@/pigeonhole?host=/run/postgresql"},
            {"broker_url": "redis://:password@redis"},
            {"broker_url": "rediss://redis:6380/1"},
            {"database_url": "postgresql+psycopg://db/pigeonhole"},
        ],
    )
    def test_variants(self, given: Mapping[str, Any]) -> None:
        settings = load_settings(**{**PRODUCTION, **given})

        assert settings.sqlalchemy_url.startswith("postgresql+psycopg://")
        if "blob_url" in given:
            assert settings.blob_dir == Path("/srv/my files")


class TestBucket:
    """Files in a bucket: keys by settings, or what the environment has, by choice."""

    KEYS: ClassVar = {"s3_access_key": "AKIAEXAMPLE", "s3_secret_key": "a-secret-of-the-store"}

    @pytest.mark.parametrize(
        ("url", "bucket"),
        [
            ("s3://documents", ("documents", "")),
            ("s3://documents/", ("documents", "")),
            ("s3://my.documents/pigeonhole/files", ("my.documents", "pigeonhole/files")),
        ],
    )
    def test_its_name_and_prefix(self, url: str, bucket: tuple[str, str]) -> None:
        assert load_settings(blob_url=url, **self.KEYS).s3_bucket == bucket

    def test_keys_are_required_unless_the_environment_has_them(self) -> None:
        for given in ({}, {"s3_access_key": "AKIAEXAMPLE"}):
            with pytest.raises(StartupError, match=r"^PIGEONHOLE_S3_ACCESS_KEY and PIGEONHOLE_S3"):
                load_settings(blob_url="s3://documents", **given)

        assert load_settings(blob_url="s3://documents", s3_credentials="environment").s3_bucket

    def test_links_of_the_store_are_signed_with_a_key(self) -> None:
        direct = {"s3_public_endpoint": "https://s3.example.com", "s3_credentials": "environment"}
        with pytest.raises(StartupError, match=r"^PIGEONHOLE_S3_PUBLIC_ENDPOINT needs"):
            load_settings(blob_url="s3://documents", **direct)

    def test_the_secret_is_not_shown(self) -> None:
        shown = repr(load_settings(blob_url="s3://documents", **self.KEYS))

        assert "a-secret-of-the-store" not in shown
