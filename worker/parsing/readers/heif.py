"""HEIC pictures, as phones take them: an extra, for its decoder is not everybody's to install."""

from app.errors import FileError, FileErrorCode

try:
    import pi_heif
except ImportError:
    pi_heif = None


def enable_heic() -> None:
    """Teach Pillow to open HEIC. Raises FileError (`unsupported_type`) without the extra."""
    if pi_heif is None:
        raise FileError(
            FileErrorCode.UNSUPPORTED_TYPE,
            "pictures of the type heic need the extra pigeonhole[heic], which is not installed",
        )
    pi_heif.register_heif_opener()
