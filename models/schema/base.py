"""What every table shares: naming of constraints, column types and the rule that columns explain themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, Identity, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

Key = Annotated[
    int, mapped_column(BigInteger, Identity(always=False), primary_key=True, comment="surrogate key")
]
Moment = datetime
Json = dict[str, Any]


class Base(DeclarativeBase):
    """Root of all tables; times are aware and stored in UTC."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads it as a plain class attribute)
        datetime: DateTime(timezone=True),
        date: Date(),
        int: BigInteger(),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[str]: JSONB(),
    }


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Make a check that a text column holds one of the given codes."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
