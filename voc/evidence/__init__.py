"""Vague complaints made concrete by what came with them, with a citation or not at all."""
