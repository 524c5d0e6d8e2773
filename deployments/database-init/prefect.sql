-- Prefect keeps its own tables in a database of its own; its migrations want pg_trgm.
CREATE DATABASE prefect;
\connect prefect
CREATE EXTENSION IF NOT EXISTS pg_trgm;
