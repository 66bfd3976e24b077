"""Traces by OpenTelemetry; nothing is recorded or sent unless an endpoint is set.

FastAPI installs the API of OpenTelemetry; its SDK and exporter come with the extra `otel`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode

from app.errors import StartupError
from app.settings import Settings

MISSING = (
    "PIGEONHOLE_OTEL_ENDPOINT is set, but OpenTelemetry is not installed: install this program "
    "with the extra `otel`"
)


def start_tracing(settings: Settings, service: str) -> None:
    """Send the spans of this process to the endpoint of the settings, if it is set.

    Call it after a fork, not before: the exporter has a thread. Raises StartupError if the extra
    is not installed. The standard OTEL_ variables set headers, sampling and resources.
    """
    if not settings.otel_endpoint:
        return
    try:
        # Here, because the extra is optional.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise StartupError(MISSING) from None
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    exporter = OTLPSpanExporter(endpoint=settings.otel_endpoint.rstrip("/") + "/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def stop_tracing() -> None:
    """Send the remaining spans; does nothing without tracing."""
    shutdown = getattr(trace.get_tracer_provider(), "shutdown", None)
    if shutdown is not None:
        shutdown()


@contextmanager
def span(name: str, began: int | None = None, **attributes: str | None) -> Iterator[None]:
    """Trace the block as a span that begins at `began` (nanoseconds since 1970) or now.

    An error marks the span with its class, but not with its text.
    """
    known = {key: value for key, value in attributes.items() if value is not None}
    tracer = trace.get_tracer("pigeonhole")
    with tracer.start_as_current_span(
        name,
        start_time=began,
        attributes=known,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
