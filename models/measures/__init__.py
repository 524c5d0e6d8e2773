"""What is done about a problem: proposed, approved, agreed, observed, judged."""
