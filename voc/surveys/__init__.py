"""Questionnaires: how they are written down, what a good one keeps, what an answer becomes."""
