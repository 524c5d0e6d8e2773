"""What was understood of feedback: annotations, counts by day, labels, samples, what is suspect."""
