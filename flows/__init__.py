"""Prefect flows: one file, one flow, the sentence that names the steps."""
