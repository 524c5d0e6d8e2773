"""Who spoke, what they may see and are asked, and how they are forgotten."""
