"""The HTTP API for machines: no cookies, no forms, keys with scopes."""
