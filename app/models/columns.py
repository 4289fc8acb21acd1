"""Column types and small shortcuts shared by all tables."""

import datetime as dt
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, String
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[dt.datetime]):
    """An aware UTC time. SQLite forgets the zone, so it is put back on reading; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def utc_now() -> dt.datetime:
    """The time now, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


Key = Annotated[int, mapped_column(primary_key=True)]
Code = Annotated[str, mapped_column(String(64))]
Title = Annotated[str, mapped_column(String(500))]
Sha256 = Annotated[str, mapped_column(String(64))]
Created = Annotated[dt.datetime, mapped_column(UtcTime, default=utc_now)]
Time = Annotated[dt.datetime, mapped_column(UtcTime)]
Once = Annotated[str | None, mapped_column(String(64), unique=True, index=True)]  # see app/plan/once.py
Json = Annotated[Any, mapped_column(JSON)]


def refers(column: str, *, nullable: bool = False, index: bool = True, ondelete: str | None = None) -> Any:
    """A foreign key to ``table.column``."""
    return mapped_column(ForeignKey(column, ondelete=ondelete), nullable=nullable, index=index)
