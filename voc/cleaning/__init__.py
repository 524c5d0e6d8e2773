"""What is no feedback, and what came twice."""
