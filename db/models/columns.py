"""Column types that mean the same on SQLite and PostgreSQL."""

from sqlalchemy import JSON, BigInteger, Integer
from sqlalchemy.dialects.postgresql import JSONB

#: A 63-bit key or an amount in minor units. SQLite's INTEGER holds 64 bits, and only a column of
#: exactly that type is its row id.
BigInt = BigInteger().with_variant(Integer(), "sqlite")

Json = JSON().with_variant(JSONB(), "postgresql")
