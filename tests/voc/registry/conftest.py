"""Texts read as the registry reads them, with the background that is shipped."""

from importlib import resources

import numpy as np
import pytest

from voc.registry.background import load_background
from voc.registry.pairs import DAY, Facts
from voc.registry.signs import signs


@pytest.fixture(scope="session")
def background():
    return load_background((resources.files("voc") / "data" / "background.npz").read_bytes())


@pytest.fixture(scope="session")
def read(background):
    """Read texts said some days after 2020-09-13, about products and in regions by number (0: not known)."""

    def of(texts, days=None, product=None, region=None):
        count = len(texts)
        moment = 1_600_000_000 + (np.array(days or [0] * count) * DAY).astype(np.int64)
        known = [np.array(given or [0] * count, dtype=np.int64) for given in (product, region)]
        return signs(texts, background), Facts(moment, *known)

    return of
