"""The taxonomy and the model in force, read once a process; without database and Prefect."""

from __future__ import annotations

from functools import lru_cache

from settings import asset_bytes, asset_text
from voc.cleaning.assets import Cleaning, load_cleaning
from voc.reading.model import Model, assemble
from voc.reading.taxonomy import Taxonomy, parse_taxonomy
from voc.routing import Organisation, parse_organisation


@lru_cache(maxsize=1)
def taxonomy() -> Taxonomy:
    """Return the taxonomy in force."""
    return parse_taxonomy(asset_text("taxonomy.toml"))


@lru_cache(maxsize=1)
def organisation() -> Organisation:
    """Return the organisation in force."""
    return parse_organisation(asset_text("organisation.toml"))


@lru_cache(maxsize=1)
def model() -> Model:
    """Return the model in force."""
    return assembled(asset_bytes("tone.npz"), asset_bytes("topics.npz"))


def assembled(tone: bytes, topics: bytes) -> Model:
    """Put a model together from two files; whatever else it reads is that in force."""
    return assemble(tone, topics, asset_bytes("names.npz"))


@lru_cache(maxsize=1)
def cleaning() -> Cleaning:
    """Return the model of spam and the dictionary of variants in force."""
    return load_cleaning(asset_bytes("spam.npz"), asset_text("variants.toml"))
