"""Opens Office files that are encrypted with the password that every Office program knows.

Excel gives a workbook whose structure is protected this password, and opens it without asking
([MS-OFFCRYPTO] 2.3.4.10 and [MS-XLS] 2.2.10). Other passwords are not tried.
"""

import io
from typing import BinaryIO

from msoffcrypto import OfficeFile
from msoffcrypto.format.ooxml import OOXMLFile

from app.errors import FileError, FileErrorCode
from app.files.sniff import ole_directory

_DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105  a constant of the formats, no secret
_OF_RIGHTS = frozenset({"encryptedpackage", "\tdrmcontent"})
_ZIP = b"PK\x03\x04"


def open_with_default_password(file: BinaryIO) -> BinaryIO:
    """Return the decrypted content of an encrypted Office file; never longer than the file.

    Raises FileError (`encrypted`) for files of other kinds or with another password.
    """
    file.seek(0)
    if file.read(8) != ole_directory.SIGNATURE:
        raise _locked()
    if _has_restricted_rights(file):
        raise FileError(
            FileErrorCode.ENCRYPTED,
            "the file is encrypted by rights management: save a copy without restrictions",
        )
    decrypted = io.BytesIO()
    try:
        office = OfficeFile(file)
        office.load_key(password=_DEFAULT_PASSWORD)
        office.decrypt(decrypted)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # the library raises a dozen types for bad files
        raise _locked() from error
    # The library's own test of the password takes that of Excel 2010 (SHA-1) for wrong.
    if isinstance(office, OOXMLFile) and not decrypted.getvalue().startswith(_ZIP):
        raise _locked()
    return decrypted


def _has_restricted_rights(file: BinaryIO) -> bool:
    """Tell files that a server of rights encrypts; a password has a stream that describes it."""
    root = ole_directory.OleDirectory(file).root
    return "encryptioninfo" not in root and not root.keys().isdisjoint(_OF_RIGHTS)


def _locked() -> FileError:
    return FileError(FileErrorCode.ENCRYPTED, "the file is encrypted and needs a password")
