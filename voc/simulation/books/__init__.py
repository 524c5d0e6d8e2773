"""Hand-written phrase books in Chinese; the format is described in voc/simulation/phrases.py."""
