"""One module an area, each with a `router`."""
