"""One customer at a time: the desk, its queues, the knowledge base, promised times."""
