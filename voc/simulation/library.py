"""All phrase books together, compiled once per process."""

from __future__ import annotations

import importlib
from functools import lru_cache

from voc.simulation.company import PRODUCTS
from voc.simulation.phrases import Phrase, for_products, parse_book
from voc.simulation.slots import SLOTS

FEWEST = 4
BOOKS = (
    "installation", "planted", "planted_more", "product", "delivery", "contact", "digital",
    "general", "praise", "asking", "more", "frames", "personal", "second_wave",
)  # fmt: skip
AREAS = frozenset(
    {
        "product",
        "logistics",
        "installation",
        "aftersales",
        "service",
        "payment",
        "price",
        "packaging",
        "authenticity",
        "app",
        "site",
    }
)


@lru_cache(maxsize=1)
def sections() -> dict[str, list[tuple[frozenset[str], str]]]:
    """Section → its phrases with the products each is limited to."""
    merged: dict[str, list[tuple[frozenset[str], str]]] = {}
    for name in BOOKS:
        module = importlib.import_module(f"voc.simulation.books.{name}")
        for key, lines in parse_book(module.BOOK).items():
            merged.setdefault(key, []).extend(lines)
    return merged


@lru_cache(maxsize=1)
def compiled() -> dict[tuple[str, int], tuple[Phrase, ...]]:
    """Compiled phrases by (section, product index)."""
    names = [product.name for product in PRODUCTS]
    table = for_products(sections(), names, SLOTS)
    return {(key, names.index(product)): lines for (key, product), lines in table.items()}


@lru_cache(maxsize=1)
def issues() -> dict[str, frozenset[str]]:
    """Issues that customers can complain about → the products there are enough ways to say it of."""
    names = [product.name for product in PRODUCTS]
    found = {
        key: frozenset(n for n in names if sum(not limit or n in limit for limit, _ in lines) >= FEWEST)
        for key, lines in sections().items()
        if key.partition(".")[0] in AREAS and "." in key
    }
    return {key: products for key, products in found.items() if products}
