"""What is said more and more without a label yet, and what customers ask for."""
