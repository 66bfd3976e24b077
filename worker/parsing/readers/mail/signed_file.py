"""Takes the file out of a signed file (p7m), for the reader of its type."""

import io
from pathlib import PurePosixPath
from typing import BinaryIO

from app.errors import FileError, FileErrorCode
from worker.parsing.readers.mail import smime


def open_signed_file(file: BinaryIO, name: str) -> tuple[BinaryIO, str]:
    """Return the file within a signed file (CMS, RFC 5652), and its name without `.p7m`.

    The signature is not verified. Raises FileError (`encrypted`, `corrupt`).
    """
    file.seek(0)
    data = file.read()
    try:
        content = smime.unwrap(data)
    except smime.Encrypted as error:
        raise FileError(
            FileErrorCode.ENCRYPTED, "the file is encrypted for its recipient and needs a key"
        ) from error
    except smime.Unreadable as error:
        raise FileError(
            FileErrorCode.CORRUPT,
            "the signed file cannot be opened: it is damaged, or only a signature without the file",
        ) from error
    return io.BytesIO(content), str(PurePosixPath(name).with_suffix("")) if name else name
