"""What a leadership report works out beyond its figures: lineage, leaks, what faulty data do, the agenda."""
