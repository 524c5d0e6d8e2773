"""Alarms: what is expected of a series, how far it may stray, and what is said when it does."""
