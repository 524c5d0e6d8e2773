"""From what sources hand over to the canonical fields of a feedback."""
