"""Column types shared by all tables."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column

BigKey = Annotated[int, mapped_column(BigInteger, primary_key=True)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Word = Annotated[str, mapped_column(String(80))]
Line = Annotated[str, mapped_column(String(300))]
Prose = Annotated[str, mapped_column(Text)]
Document = Annotated[dict[str, Any], mapped_column(JSONB)]


def one_of(column: str, values: "type[Any] | tuple[str, ...]") -> str:
    """Return the text of an SQL CHECK expression, `column IN (...)`, that restricts a text column to the members of an
    enum or tuple.
    """
    quoted = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({quoted})"
