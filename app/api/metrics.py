"""GET /metrics of the API: the metrics of this host's processes and of the queue."""

import logging

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse

from app.api.dependencies import Services
from app.api.router import Router
from app.jobs.queue_collector import DatabaseUp, QueueCollector
from app.observability.disk import DiskGauge
from app.observability.metrics_server import REFUSED, may_read
from app.observability.multiprocess import render_metrics
from app.single_flight import SingleFlight

log = logging.getLogger(__name__)

DATABASE_SECONDS = 2.0

router = Router(is_described=False)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Return all metrics; those of the queue are missing while the database is unavailable."""
    services: Services = request.app.state.services
    client = request.client.host if request.client else None
    if not may_read(services.settings, request.headers, client):
        return JSONResponse({"detail": REFUSED}, 401, {"WWW-Authenticate": "Bearer"})
    queue: SingleFlight[QueueCollector] = request.app.state.queue_metrics
    try:
        collectors = [queue.begin().result(DATABASE_SECONDS)]
    except Exception:  # the other metrics are served even if the database fails
        log.warning("queue metrics failed; serving the other metrics", exc_info=True)
        collectors = []
    disk: DiskGauge = request.app.state.disk_gauge
    body = render_metrics(DatabaseUp(is_up=bool(collectors)), *collectors, *disk.read())
    return Response(body, media_type=CONTENT_TYPE_LATEST)
