"""Previews that the file cache has. `app.previews.requests` has the others made.

Each function returns None for what must be made. A page whose picture or text cannot be made has a
preview with the problem: NotFound carries it, until it is old and another try is due.
"""

from app.errors import NotFound
from app.files.cache import CacheOwner, FileCache
from app.files.models import CacheKind, File
from app.previews.values import Preview, picture_key, preview_key


def find(cache: FileCache, file: File, page: int) -> Preview | None:
    """Return the preview of a page, whatever its problems."""
    owner, key = _owner(file), preview_key(page)
    data = cache.get(owner, CacheKind.PREVIEW, key)
    if data is None:
        return None
    try:
        return Preview.unpack(data)
    except ValueError:
        cache.discard(owner, CacheKind.PREVIEW, key)
        return None


def find_text(cache: FileCache, file: File, page: int) -> Preview | None:
    """Return the preview of a page for its text. Raises NotFound if that cannot be read."""
    preview = find(cache, file, page)
    if preview is None or _must_retry(cache, file, page, preview, preview.text_problem):
        return None
    return preview


def find_picture(cache: FileCache, file: File, page: int, width: int) -> bytes | None:
    """Return the picture of a page in one of WIDTHS. Raises NotFound if it cannot be drawn."""
    preview = find(cache, file, page)
    if preview is None or _must_retry(cache, file, page, preview, preview.picture_problem):
        return None
    return cache.get(_owner(file), CacheKind.PICTURE, picture_key(page, width))


def _must_retry(cache: FileCache, file: File, page: int, preview: Preview, problem: str) -> bool:
    """Discard a preview with an old problem; raises NotFound for a new one."""
    if not problem:
        return False
    if not preview.is_old:
        raise NotFound(problem)
    cache.discard(_owner(file), CacheKind.PREVIEW, preview_key(page))
    return True


def _owner(file: File) -> CacheOwner:
    return CacheOwner(file.project_id, file.id)
