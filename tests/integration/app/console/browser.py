"""A browser as the console sees it: cookies, forms, and requests of the pages' scripts."""

import re
from typing import Any

from fastapi.testclient import TestClient

from app.api.browser_session import FORM_HEADER
from tests.integration.application import Api, new_client

HOME = "/console"


class Browser:
    """One browser; `origin` is how it names this server."""

    def __init__(self, api: Api, origin: str = "http://testserver") -> None:
        self.http: TestClient = new_client(
            api.app, base_url=origin, follow_redirects=False, raise_server_exceptions=False
        )
        self.form_token = ""

    def sign_in(self, key: str, **headers: str) -> Any:
        answer = self.http.post(f"{HOME}/sign-in", data={"key": key}, headers=headers)
        if answer.status_code == 303:
            self.read_token()
        return answer

    def read_token(self) -> None:
        page = self.http.get(HOME, follow_redirects=True).text
        found = re.search(r'data-form-token="([0-9a-f]+)"', page)
        assert found, page
        self.form_token = found[1]

    def get(self, path: str) -> Any:
        return self.http.get(HOME + path)

    def post(self, path: str, **fields: str) -> Any:
        data = {"form_token": self.form_token, **fields}
        return self.http.post(HOME + path, data=data)

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Call the API as the scripts of a page do."""
        headers = {FORM_HEADER: self.form_token, **options.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **options)

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.http.cookies)

    def copy(self, api: Api, origin: str = "http://testserver") -> "Browser":
        """Return another browser with the same cookies."""
        other = Browser(api, origin)
        other.form_token = self.form_token
        for name, value in self.cookies.items():
            other.http.cookies.set(name, value)
        return other


def is_signed_out(answer: Any) -> bool:
    """Tell whether a page leads to the sign-in."""
    page, _, _ = answer.headers.get("location", "").partition("?")
    return answer.status_code == 303 and bool(page == f"{HOME}/sign-in")
