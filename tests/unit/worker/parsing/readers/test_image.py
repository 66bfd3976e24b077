import base64
import io

import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from tests.unit.worker.parsing.ocr.scans import tesseract
from worker.parsing.readers import image
from worker.parsing.readers.dispatch import read_document
from worker.parsing.sandbox.parser import SandboxedParser

# The word "Invoice", 200 x 56 pixels: what reads the format here cannot write it.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWl4AAAAAG1pZjFoZWl4bWlhZgAAAXZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAA"
    "AAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABmgABAAAAAAAAAqgAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABo"
    "dmMxAAAAAA5waXRtAAAAAAABAAAA9mlwcnAAAADWaXBjbwAAAHFodmNDAQQIAAAAn/gAAAAAHvAA/Pz4+AAADwNgAAEA"
    "F0ABDAH//wQIAAADAJ/4AAADAAAeugJAYQABACZCAQEECAAAAwCf+AAAAwAAHsBkgQWW6uSmubAgAAADAyAAAAMAIWIA"
    "AQAGRAHBc8GJAAAAE2NvbHJuY2x4AAEADQAGgAAAABRpc3BlAAAAAAAAAMgAAABAAAAAKGNsYXAAAADIAAAAAQAAADgA"
    "AAABAAAAAAAAAAL////4AAAAAgAAAA5waXhpAAAAAAEIAAAAGGlwbWEAAAAAAAAAAQABBYECAwWEAAACsG1kYXQAAAKk"
    "KAGuFqEzyOxNwrxtkgbjRW//F5o3gVJeGEEPcf8/9+Ty+SovpZIlHEn0QkBFltF9d9AlBmztwSjoYjTcc5G3l7tjN30R"
    "zWdD0heTvLmdBY9HyPAHU3MBkQk+MzgtKwqMRz7HRSp/HULXAV0ByY/bLXLNBfQDIDas9FZi6KZSRYXbtdK4gIrqoc8l"
    "yHEVoU+pbCz1wfjiIiTqUWrNkHX4dxHe0QF3rj3B7YJEQmZ8mP8DaTABo57lVGAVzSeOGPYDaA7EG92ZkLJGsRe9ot//"
    "hmqppptTUoNcOueljRjU7cYd26MfnKTQqZHlH4HfrGUKYOJxlMfZZWPXSpMDX5iRtE7ImWFrPtIZR0M5izk1EEkZ3NNH"
    "XvnsAkvRHWCC2WcMnkzpxCKyCk844T10w1mqctDqrg6bmda7SlxFuvBJ85FwcLuAsVJO2r2NEnNypqS+bgMRe+NkrzaJ"
    "c9BJChrE3YQlg/63GEwdEVYYIwD+0gHiWhHhUovDjZOh+lKfkCsIsvh7aAps33UvojR4AK9026QDBuBBYC3f8+aaRoJ/"
    "8nKgQmF6wlHoYr18TpmtfBX4M3PoOIyssUPL8y4djlSLrrUJzrcwn3xqvpokfyc1mmZJPqHxTgTc6Ll95j94id8lLy2h"
    "HFgOrS98YZKmsg3wYiQ+EYpL6mvRBUJduY988r0wrT0IKOgeGISxg0ljeeu5LSfHtIhiBghKwzRbpw3+fXftyLfX/ULk"
    "EGA49wgqUzvB91gO3ISz7tKcpvauPJImfz/pidh2u/qWYLSNOlyS4VNDmBlHEo8o3nxA+ixeW3LAatSOcSapB+CeJVHf"
    "EFv/jldK5gH9wxdGozlfV2fvIPEJ4cdL/HjXgiR7dwqh0eFKMANZ+oUipgDhNHCK93wic4Q+eA=="
)


def test_heic_pictures_are_read():
    source = sample_files.source(HEIC)
    found = read_document(source.file, "", source.request, source.limits, tesseract())
    assert (found.format, [page.text for page in found.pages]) == ("heic", ["Invoice"])


def test_heic_pictures_are_read_in_the_sandbox():
    with SandboxedParser() as parser:
        found = parser.parse(io.BytesIO(HEIC), "a.heic", sample_files.EVERYTHING)
    assert found.pages[0].text == "Invoice"


def test_heic_without_its_extra_is_an_unsupported_type(monkeypatch):
    monkeypatch.setattr(image, "pi_heif", None)
    source = sample_files.source(HEIC)
    with pytest.raises(FileError) as caught:
        read_document(source.file, "", source.request, source.limits, tesseract())
    assert caught.value.code == FileErrorCode.UNSUPPORTED_TYPE
    assert "the extra `heic`" in caught.value.sentence
