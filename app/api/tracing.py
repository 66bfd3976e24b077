"""Settings of FastAPI's tracing."""

from collections.abc import MutableMapping
from typing import Any

from fastapi.telemetry import TelemetryConfig

from app.settings import Settings

UNTRACED = ("/livez", "/readyz", "/metrics")
# A span has the whole query, and the query of a presigned link is a secret.
PRESIGNED = ("/download/", "/upload/")


def request_telemetry(settings: Settings) -> TelemetryConfig:
    """Return the settings: requests are traced, except those with a secret in the query."""
    prefix = settings.root_path

    def is_excluded(scope: MutableMapping[str, Any]) -> bool:
        path = scope["path"].removeprefix(prefix).rstrip("/")
        return path in UNTRACED or path.startswith(PRESIGNED)

    return {
        "tracing": bool(settings.otel_endpoint),
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": is_excluded,
    }
