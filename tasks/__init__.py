"""Prefect tasks, one file a stage: gather rows, let the core decide, apply. Ids and counts travel between them."""
