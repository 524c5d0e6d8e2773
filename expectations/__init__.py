"""Quality gates: the only package that knows Great Expectations, and only inside functions."""
