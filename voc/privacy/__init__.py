"""Personal data found and masked before anything else sees the words."""
