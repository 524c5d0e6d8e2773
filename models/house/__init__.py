"""The house itself: whose data it holds, how it fares, its copies, the database of Prefect."""
