"""Directions of languages in a space of embeddings."""

import numpy as np
import pytest

from worker.classification.embedders.base import normalise
from worker.classification.fitting.maps import language_directions
from worker.classification.scoring.space import take_out


def test_what_distinguishes_languages_is_taken_out() -> None:
    random = np.random.default_rng(0)
    meanings = random.normal(size=(12, 16)).astype(np.float32)
    language = np.zeros(16, dtype=np.float32)
    language[3] = 4
    english, swedish = meanings + language, meanings - language
    samples = normalise(np.concatenate([english, swedish]))
    directions = language_directions(samples, np.array(["en"] * 12 + ["sv"] * 12))

    before = (normalise(english) * normalise(swedish)).sum(axis=1)
    after = (take_out(directions, english) * take_out(directions, swedish)).sum(axis=1)

    assert before.max() < 0.6
    assert after.min() > 0.9


def test_a_language_with_few_samples_has_no_direction() -> None:
    samples = normalise(np.random.default_rng(0).normal(size=(12, 8)).astype(np.float32))

    directions = language_directions(samples, np.array(["en"] * 9 + ["sv"] * 3))

    assert directions.shape == (0, 8)
    assert take_out(directions, samples) == pytest.approx(samples, abs=1e-6)
