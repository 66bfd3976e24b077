"""Sort orders of file listings, and the keys by which their pages continue."""

from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import Select, tuple_

from app.files.models import File
from app.paging import Key

Field = Literal["name", "id", "created_at"]
FIELDS: tuple[Field, ...] = get_args(Field)


@dataclass(frozen=True, slots=True)
class FileSort:
    """Sorts by one field, then by id in the same direction."""

    field: Field
    is_descending: bool

    def apply(self, query: Select[File], after: Key | None) -> Select[File]:
        """Return the query in this order, restricted to the rows after a key."""
        columns = {
            "name": (File.sort_name, File.id),
            "id": (File.id,),
            "created_at": (File.created_at, File.id),
        }[self.field]
        if after is not None:
            # SQLite has no rows of one column.
            row = File.id if self.field == "id" else tuple_(*columns)
            key = after[1] if self.field == "id" else after
            query = query.where(row < key if self.is_descending else row > key)
        return query.order_by(
            *(column.desc() if self.is_descending else column for column in columns)
        )

    def key(self, file: File) -> Key:
        """Return the key of a file's position in this order."""
        if self.field == "created_at":
            return file.created_at, file.id
        return file.sort_name if self.field == "name" else "", file.id


NEWEST = FileSort("created_at", is_descending=True)


def parse_sort(text: str | None) -> FileSort:
    """Return the order that a client requests, such as `name` or `created_at desc`.

    Of several fields the first known one counts. Without any, and for `created_at` without a
    direction, the newest come first, as the latest clients document it.
    """
    for part in (text or "").split(","):
        name, _, direction = part.strip().partition(" ")
        for field in FIELDS:
            if name == field:
                is_newest_first = field == "created_at" and direction.strip().lower() != "asc"
                is_descending = direction.strip().lower() == "desc"
                return FileSort(field, is_descending or is_newest_first)
    return NEWEST
