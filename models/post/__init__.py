"""Messages on their way out: claimed, held back, counted."""
