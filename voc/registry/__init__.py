"""The registry of problems: which feedback speaks of the same event, decided pair by pair and kept for ever."""
