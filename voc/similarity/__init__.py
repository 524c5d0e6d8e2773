"""Do two sentences mean the same? A small network in NumPy, and plain overlap beside it."""
