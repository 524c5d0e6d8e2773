"""Compiled readers of many texts at once: hashes of n-grams, tables of weights, sorted runs."""
