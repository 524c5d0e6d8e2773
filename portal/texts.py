"""A customer's words with the places marked that speak of something; everything escaped."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

TONES = {-1: "against", 0: "neutral", 1: "for"}
SAID = {-1: "不满", 0: "提到", 1: "满意"}


def marked(text: str, places: Sequence[tuple[int, int, int]]) -> Markup:
    """Mark places (start, end, polarity); those that overlap an earlier one are left out."""
    done, at = Markup(""), 0
    for start, end, polarity in sorted(places):
        if at <= start < end <= len(text):
            done += Markup('{}<mark class="{}" title="{}">{}</mark>').format(
                text[at:start], TONES[polarity], SAID[polarity], text[start:end]
            )
            at = end
    return done + Markup("{}").format(text[at:])
