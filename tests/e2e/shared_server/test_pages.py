"""The picture of a page, made by a worker in both modes."""

from pathlib import Path
from typing import Any

from devtools.client import Client
from devtools.waiting import until

SAMPLE = Path(__file__).parents[3] / "samples" / "irrigation.pdf"


def made(client: Client, method: str, path: str, **body: Any) -> Any:
    """Return the answer to a request about a page once a worker has made its preview."""
    answers = []

    def is_made() -> bool:
        answers.append(client.http.request(method, path, **body))
        return answers[-1].status_code != 202

    until(is_made, "the preview of a page")
    assert answers[0].status_code == 202
    return answers[-1]


def test_a_page_is_shown_with_a_quote_marked(client: Client) -> None:
    file_id = client.upload(SAMPLE.read_bytes(), "irrigation.pdf")
    page = f"/api/v1/files/{file_id}/pages/1"

    picture = made(client, "GET", f"{page}/picture")
    text = client.http.get(f"{page}/text").json()["text"]
    quote = " ".join(text.split()[20:30])
    marks = client.http.post(f"{page}/marks", json={"quotes": [quote]}).json()["quotes"][0]

    assert (picture.status_code, picture.content[8:12]) == (200, b"WEBP")
    assert marks["quote"] == quote
    assert marks["marks"]
