"""The tables: what is stored and what the database itself forbids. Queries and steps stand beside this package."""
