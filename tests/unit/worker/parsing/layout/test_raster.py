import numpy as np
import pytest

from worker.parsing.layout import raster


def paper(height: int = 842, width: int = 595) -> np.ndarray:
    return np.full((height, width), 255, dtype=np.uint8)


def write(page: np.ndarray, left: int, right: int, top: int = 60, bottom: int = 780) -> None:
    """Set lines of words: 8 pixels high every 14, words of 24 pixels with gaps of 4."""
    for number, row in enumerate(range(top, bottom, 14)):
        for column in range(left + number % 5 * 5, right, 28):
            page[row : row + 8, column : min(column + 24, right)] = 0


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(1).integers(60, 200, (height, width), dtype=np.uint8)


def test_pictures_are_made_smaller():
    page = paper(900, 600)
    page[:, ::2] = 0
    small = raster.shrink(page, 150_000)
    assert (small.shape, set(small.ravel())) == ((450, 300), {127})
    assert raster.shrink(page, 600_000) is page
    assert raster.shrink(paper(1, 4000), 100).shape == (1, 4000)


def test_ink_is_what_differs_from_the_background():
    page = paper(10, 10)
    page[2, :5] = 0
    page[3, :5] = 240  # a shadow, no ink
    assert raster.ink_share(page) == 0.05
    assert raster.ink_share(255 - page) == 0.05


def test_photographs_are_uneven_grey():
    page = paper()
    write(page, 50, 540)
    page[0:160, 0:160] = 128  # an even area, such as the head of a table
    assert raster.photograph_share(page) < 0.01
    page[320:480, 160:320] = noise(160, 160)
    assert raster.photograph_share(page) == 160 * 160 / page.size


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (16, 16), (15, 700)])
def test_pictures_of_any_shape(shape):
    for shades in (np.zeros(shape, dtype=np.uint8), noise(*shape)):
        assert 0 <= raster.ink_share(shades) <= 1
        assert 0 <= raster.photograph_share(shades) <= 1
