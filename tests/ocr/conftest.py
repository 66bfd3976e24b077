"""These tests need models and fonts of the system, and fail without them."""

from pathlib import Path

import pytest

from app.settings import load_settings
from tests.ocr.pages import SAMPLES
from worker.parsing.ocr.installed import find_ocr

PACKAGES = Path(__file__).with_name("packages.txt").read_text().split()


@pytest.fixture(scope="session", autouse=True)
def _complete() -> None:
    data = find_ocr(load_settings().ocr_data_dir)
    languages = {sample.lang for sample in SAMPLES} - set(data.languages)
    fonts = {sample.font for sample in SAMPLES if not sample.font.exists()}
    if languages or fonts or "osd" not in data.models:
        pytest.fail(
            f"models or fonts are missing; on Debian: apt-get install {' '.join(PACKAGES)}",
            pytrace=False,
        )
