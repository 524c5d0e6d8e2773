"""The database: SQLAlchemy tables and their queries, the one function that changes state, and migrations."""
