"""Orders: growth, seasons, weekdays and promotions, and the exposure that feedback is proportional to."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from voc.simulation.company import PRODUCTS, REGIONS, Scenario

ORDER_WEEKDAY = np.array([0.92, 0.90, 0.93, 0.96, 1.03, 1.16, 1.10])
FEEDBACK_WEEKDAY = np.array([1.10, 1.04, 1.00, 0.98, 0.97, 0.99, 0.92])
LAG_DAYS = 7  # feedback follows the orders of the week before it

# (month, first day, last day, factor) of the sales a Chinese appliance shop lives on
PROMOTIONS = ((6, 1, 3, 1.25), (6, 16, 19, 1.7), (8, 17, 19, 1.35), (10, 1, 5, 1.2), (11, 9, 12, 1.8))


def promotion(day: date) -> float:
    """How many times the usual orders a day brings."""
    return next((f for month, a, b, f in PROMOTIONS if day.month == month and a <= day.day <= b), 1.0)


@lru_cache(maxsize=4096)
def expected_orders(scenario: Scenario, day: date) -> np.ndarray:
    """Expected orders of a day, shape (regions, products)."""
    ago = (day - scenario.start).days / 7
    level = scenario.rows_per_week * scenario.orders_per_row / 7 * (1 + scenario.growth_per_week * ago)
    shares = np.outer([r.share for r in REGIONS], [p.share * p.season[day.month - 1] for p in PRODUCTS])
    orders: np.ndarray = shares * max(level, 0.0) * promotion(day) * ORDER_WEEKDAY[day.weekday()]
    return orders


@lru_cache(maxsize=4096)
def exposure(scenario: Scenario, day: date) -> np.ndarray:
    """Mean expected orders of the LAG_DAYS days before a day, shape (regions, products)."""
    past = [expected_orders(scenario, day - timedelta(days=back)) for back in range(1, LAG_DAYS + 1)]
    return np.asarray(np.mean(past, axis=0))


@lru_cache(maxsize=64)
def baseline(scenario: Scenario) -> np.ndarray:
    """Expected orders of an ordinary day at the start, shape (regions, products): no promotion, no season."""
    shares = np.outer([r.share for r in REGIONS], [p.share for p in PRODUCTS])
    return np.asarray(shares * scenario.rows_per_week * scenario.orders_per_row / 7)


def actual_orders(scenario: Scenario, week: int, rng: np.random.Generator) -> np.ndarray:
    """Orders that really came in, over-dispersed, shape (7, regions, products), dtype int."""
    first = scenario.start + timedelta(weeks=week)
    means = np.stack([expected_orders(scenario, first + timedelta(days=i)) for i in range(7)])
    return np.asarray(rng.poisson(means * rng.gamma(60.0, 1 / 60.0, size=(7, 1, 1))))
