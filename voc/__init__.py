"""The core of the loop: pure functions and values.

Nothing in here imports Prefect, SQLAlchemy or any other package of this repository, opens a file or a
socket, reads a clock or the environment, or uses randomness without a seed. Whatever varies is an argument.
"""
