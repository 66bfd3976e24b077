"""Skewed pages are measured, levelled and read."""

import numpy as np
import pytest
from PIL import Image

from tests.unit.worker.parsing import pictures
from tests.unit.worker.parsing.ocr.scans import read, words
from worker.parsing.ocr.skew import level, measure_skew

PAGE = pictures.draw(pictures.ENGLISH * 2)


def skewed(degrees: float, page: Image.Image = PAGE) -> Image.Image:
    """Return a page as a scanner delivers it: turned counter-clockwise, and a little noisy."""
    turned = page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    noise = np.random.default_rng(1).normal(0, 10, (turned.height, turned.width))
    shades = (np.asarray(turned) + noise).clip(0, 255)
    return Image.fromarray(shades.astype(np.uint8))


@pytest.mark.parametrize("degrees", [-40, -15, -8, -2, 0, 2, 5, 12, 15, 30, 83, 98])
def test_the_skew_is_measured(degrees):
    found = measure_skew(skewed(degrees))
    expected = (45 - degrees) % 90 - 45
    assert found.degrees == pytest.approx(expected, abs=0.5)
    assert found.is_clear == (expected != 0)


def test_a_picture_without_lines_is_not_skewed():
    for picture in (Image.new("L", (300, 200), 255), pictures.draw(["Total"])):
        assert not measure_skew(picture).is_clear


def test_levelling_fills_the_corners_with_the_background():
    grey = Image.eval(PAGE, lambda shade: 200 if shade else 0)
    levelled = level(skewed(0, grey), measure_skew(skewed(10, grey)))
    assert levelled.getpixel((0, 0)) == pytest.approx(200, abs=10)


@pytest.mark.parametrize("degrees", [-15, -5, 8, 98, 172])
def test_skewed_pages_are_read(degrees):
    found = read(pictures.save(skewed(degrees)))
    assert words(found.pages[0].text) == words(" ".join(pictures.ENGLISH * 2))
    assert found.warnings == ()


def test_a_level_page_is_read_once():
    assert not measure_skew(PAGE).is_likely
