"""How words come in: one file per kind of system, all with the protocol of `sources.base`."""
