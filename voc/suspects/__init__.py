"""Feedback that is not what it seems: bought praise, waves of one text, artefacts of crawling."""
