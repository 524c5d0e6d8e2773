"""Who works here, how they prove it and what they may see."""
