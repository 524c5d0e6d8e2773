"""What cleaning needs from files: the model of spam and the dictionary of variants."""

from __future__ import annotations

from dataclasses import dataclass

from voc.cleaning.spam import SpamModel, load_spam
from voc.text.variants import Variants, parse_variants


@dataclass(frozen=True)
class Cleaning:
    """Parsed files; without them rejection goes by rules alone and models read what customers typed."""

    spam: SpamModel
    variants: Variants


def load_cleaning(spam: bytes, variants: str) -> Cleaning:
    """Parse spam.npz and variants.toml."""
    return Cleaning(load_spam(spam), parse_variants(variants))
