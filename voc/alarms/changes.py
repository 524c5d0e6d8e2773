"""The day on which a rate becomes higher, and the day on which it is no more: where the counts are explained best."""

from __future__ import annotations

import numpy as np
from scipy.special import xlogy

from voc.alarms.expected import Floats


def beginning(counts: Floats, usual: Floats) -> int:
    """Return the place from which on a higher rate explains the counts best (likelihood of one change-point)."""
    return int(np.argmax(gain(np.cumsum(counts[::-1])[::-1], np.cumsum(usual[::-1])[::-1])))


def gain(observed: Floats, expected: Floats) -> Floats:
    """Return the logarithm of the likelihood ratio of the observed rate against the expected one; 0 if not higher."""
    expected = np.maximum(expected, 1e-9)
    ratio = xlogy(observed, observed / expected) - (observed - expected)
    result: Floats = np.where(observed > expected, ratio, 0.0)
    return result
