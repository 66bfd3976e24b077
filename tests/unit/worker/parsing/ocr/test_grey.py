"""Pictures of any mode become grey with the text still on them."""

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageCms, ImageDraw

from tests.unit.worker.parsing import pictures
from tests.unit.worker.parsing.ocr.scans import read
from worker.parsing.ocr.grey import flatten

PAGE = pictures.draw(["Total amount"])
INK = ImageChops.invert(PAGE)


def on_transparency(shade: int) -> Image.Image:
    page = Image.new("LA", PAGE.size, (shade, 0))
    page.putalpha(INK)
    return page


@pytest.mark.parametrize("shade", [0, 120, 255])
@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "WEBP")])
def test_letters_of_any_shade_on_transparency_are_read(shade, mode, kind):
    picture = on_transparency(shade).convert(mode)
    assert read(pictures.save(picture, kind)).pages[0].text == "Total amount"


def test_white_letters_beside_a_dark_logo_are_read():
    picture = on_transparency(255).convert("RGBA")
    ImageDraw.Draw(picture).rectangle((500, 10, 620, 80), fill=(40, 40, 90, 255))
    assert "Total amount" in read(pictures.save(picture)).pages[0].text


def test_a_page_with_round_corners_stays_on_white():
    corners = Image.new("L", PAGE.size, 0)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, *PAGE.size), 20, fill=255)
    page = PAGE.convert("RGBA")
    page.putalpha(corners)
    assert flatten(page).getpixel((0, 0)) == 255


@pytest.mark.parametrize("brightest", [1.0, 255, 4095, 65535])
def test_shades_of_any_depth_are_told_apart(brightest):
    shades = np.asarray(PAGE, np.float32) * (brightest / 255)
    found = np.asarray(flatten(Image.fromarray(shades)), np.int16)
    assert abs(found - np.asarray(PAGE)).max() <= 2


@pytest.mark.parametrize("mode", ["1", "P", "CMYK", "YCbCr", "I;16"])
def test_each_mode_is_read(mode):
    page = PAGE.convert("RGB").convert(mode) if mode != "I;16" else PAGE.convert("I").convert(mode)
    assert read(pictures.save(page, "TIFF")).pages[0].text == "Total amount"


def test_the_lightness_of_lab_is_taken():
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    page = ImageCms.applyTransform(
        PAGE.convert("RGB"), ImageCms.buildTransform(*profiles, "RGB", "LAB")
    )
    assert page is not None
    # Lightness is brighter than grey between black and white, which only edges are.
    assert abs(np.asarray(flatten(page), np.int16) - np.asarray(PAGE)).max() <= 15


def test_white_letters_on_black_are_read():
    assert read(pictures.save(INK)).pages[0].text == "Total amount"


def test_letters_that_hardly_differ_from_the_paper_are_read():
    faint = PAGE.point(lambda shade: 200 + shade * 30 // 255)
    assert read(pictures.save(faint)).pages[0].text == "Total amount"
