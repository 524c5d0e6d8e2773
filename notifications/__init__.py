"""How words go out: one file per channel, all with the same protocol."""
