"""What a feedback says: type, areas, issues, sentiment, severity, each with how sure it is."""
