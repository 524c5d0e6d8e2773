"""Alembic's entry: runs migrations on the engine it is handed."""

from alembic import context

from models.schema.tables import Base

config = context.config


def include(obj: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    """Leave alone what is not ours."""
    return not (type_ == "table" and name == "alembic_version")


with config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_schemas=True,
        include_object=include,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
