"""Bodies of 5 GB for each kind of endpoint, as the bytes of HTTP/1.1."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from app.settings import Settings

SIZE = 5 * 1024**3
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="upload_file"; filename="endless.txt"\r\n\r\n'
)


@dataclass(frozen=True, slots=True)
class Body:
    """A request whose body would be `size` bytes; `limit` of them are what a server may take."""

    name: str
    head: bytes
    limit: int
    is_chunked: bool
    size: int = SIZE

    def framed(self, piece: bytes) -> bytes:
        """Return a piece as it goes over the wire."""
        return b"%x\r\n%b\r\n" % (len(piece), piece) if self.is_chunked else piece


def too_large_bodies(client: httpx2.Client) -> list[Body]:
    """Return each kind of body, declared and chunked; links are asked for with this client."""
    settings = Settings()
    link = client.put("/api/v1/files", json={"name": "endless.txt"})
    link.raise_for_status()
    parts = urlsplit(str(link.json()["url"]))
    upload, json = settings.upload_max_bytes, settings.body_max_bytes
    multipart = "Content-Type: multipart/form-data; boundary=b\r\n"
    kinds = [
        ("an upload", "POST /api/v1/files", multipart, MULTIPART, upload),
        ("a presigned link", f"PUT {parts.path}?{parts.query}", "", b"", upload),
        ("a job", "POST /api/v1/classifier/jobs", "Content-Type: application/json\r\n", b"{", json),
    ]
    key = client.headers["authorization"]
    bodies = []
    for name, line, more, begin, limit in kinds:
        head = f"{line} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n{more}"
        declared = f"{head}Content-Length: {SIZE}\r\n\r\n".encode() + begin
        chunked = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode()
        if begin:
            chunked += b"%x\r\n%b\r\n" % (len(begin), begin)
        # A declared length is refused at once.
        bodies += [
            Body(f"{name}, declared", declared, 0, is_chunked=False),
            Body(f"{name}, chunked", chunked, limit, is_chunked=True),
        ]
    return bodies
