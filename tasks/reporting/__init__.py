"""What a report says: its facts gathered, where each number comes from, and the same report written again."""
