"""The routes of a module."""

from enum import Enum

from fastapi import APIRouter


class Router(APIRouter):
    """Routes that `app.main` adds to the application as they are.

    `FastAPI.include_router` would build each route a second time, at the first request.
    """

    def __init__(
        self, prefix: str = "", tags: list[str | Enum] | None = None, *, is_described: bool = True
    ) -> None:
        super().__init__(
            prefix=prefix,
            tags=tags,
            include_in_schema=is_described,
            # Each call needs a key in a header, which other sites cannot make a browser send.
            strict_content_type=False,
        )
