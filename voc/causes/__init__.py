"""Where a problem is concentrated, what changed before it began, how often it happens and what it costs."""
