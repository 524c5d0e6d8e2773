"""What is shown and reported; nothing here changes anything."""
