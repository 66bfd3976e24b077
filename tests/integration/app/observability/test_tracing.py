"""The real program sends spans to a collector over HTTP, if tracing is enabled."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtools.client import Client
from devtools.server import embedded_server
from devtools.waiting import until


class Collector:
    """Takes what exporters of OTLP over HTTP send."""

    def __init__(self) -> None:
        self.spans: dict[str, list[Span]] = {}
        spans = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.path == "/v1/traces"
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        for span in scope.spans:
                            spans.setdefault(span.name, []).append(span)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    with collector.running():
        yield collector


def attributes(span: Span) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


def test_a_request_and_its_file(collector: Collector, tmp_path: Path) -> None:
    settings = {"otel_endpoint": collector.endpoint, "workers": 1}
    with embedded_server(tmp_path / "data", settings) as server, closing(Client(server)) as client:
        file_id = client.upload("INVOICE 1")
        client.http.headers["X-Request-ID"] = "my-request:1"
        job_id = client.create_job([file_id])
        until(lambda: client.job(job_id)["status"] == "SUCCESS", "the result")
        link = client.http.get(f"/api/v1/beta/files/{file_id}/content").json()["url"]
        assert client.http.get(link).status_code == 200
        server.stop()  # what is left is sent
        log = server.output()

    (file,) = collector.spans["file"]
    parts = {name: collector.spans[name][0] for name in ("claim", "parse", "classify")}
    assert attributes(file)["job_id"] == job_id
    assert attributes(file)["request_id"] == "my-request:1"
    assert {span.parent_span_id for span in parts.values()} == {file.span_id}
    assert "POST /api/v1/classifier/jobs" in collector.spans
    assert not [name for name in collector.spans if "download" in name or "readyz" in name]
    assert "signature" not in str(collector.spans)
    ended = [line for line in log.splitlines() if '"file ended"' in line]
    assert len(ended) == 1
    assert '"request_id": "my-request:1"' in ended[0]
    assert f'"job_id": "{job_id}"' in ended[0]
    assert '"item_id": ' in ended[0]
    assert "signature=" not in log
