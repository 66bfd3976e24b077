"""Which requests are traced."""

from collections.abc import MutableMapping
from typing import Any

from fastapi.telemetry import TelemetryConfig

from app.settings import Settings

UNTRACED = ("/livez", "/readyz", "/metrics")
# The query of a presigned link is as good as a key, and a span has the whole query.
DOWNLOADS = "/download/"


def request_telemetry(settings: Settings) -> TelemetryConfig:
    """Return what FastAPI is to trace: requests only, and none with a secret in its query."""
    prefix = settings.root_path

    def is_excluded(scope: MutableMapping[str, Any]) -> bool:
        path = scope["path"].removeprefix(prefix).rstrip("/")
        return path in UNTRACED or path.startswith(DOWNLOADS)

    return {
        "tracing": bool(settings.otel_endpoint),
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": is_excluded,
    }
