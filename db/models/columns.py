"""Column types that mean the same on SQLite and PostgreSQL."""

from sqlalchemy import JSON, BigInteger, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

# Constraints with names can be changed by a migration; set here, before the first table is declared.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

#: A 63-bit key or an amount in minor units. SQLite's INTEGER holds 64 bits, and only a column of
#: exactly that type is its row id.
BigInt = BigInteger().with_variant(Integer(), "sqlite")

Json = JSON().with_variant(JSONB(), "postgresql")
