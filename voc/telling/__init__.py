"""What is told to whom, when and how often; sending itself is done elsewhere."""
