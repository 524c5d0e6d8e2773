"""Lets `python -m cli` do what `voc` does."""

from cli import main

main()
