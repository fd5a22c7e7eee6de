"""Days, times and moments read as text are what ``isoformat`` would have written of the values, on either database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
import sqlalchemy as sa

from accredit.storage import Database, UtcDateTime
from accredit.storage.types import IsoText

_TABLE = sa.Table(
    "iso_text_sample",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Date),
    sa.Column("at", sa.Time),
    sa.Column("moment", UtcDateTime),
)
_ROWS = (
    (date(2026, 7, 2), time(15, 30), datetime(2026, 7, 2, 15, 30, tzinfo=UTC)),
    (date(1999, 12, 31), time(0, 0, 1, 5), datetime(2026, 7, 2, 15, 30, 1, 250_000, tzinfo=UTC)),
    (date(2026, 1, 1), time(23, 59, 59), datetime(2026, 1, 1, 0, 15, tzinfo=timezone(timedelta(hours=1)))),
    (None, None, None),
)


@pytest.fixture
def kept(database: Database) -> Database:
    with database.transaction() as db:
        _TABLE.drop(db.connection(), checkfirst=True)
        _TABLE.create(db.connection())
        rows = [
            {"id": number, "day": day, "at": at, "moment": moment} for number, (day, at, moment) in enumerate(_ROWS)
        ]
        db.connection().execute(sa.insert(_TABLE), rows)
    return database


def test_the_text_is_that_of_isoformat(kept: Database) -> None:
    columns = (_TABLE.c.day, _TABLE.c.at, _TABLE.c.moment)
    with kept.reading() as db:
        values = db.execute(sa.select(*columns).order_by(_TABLE.c.id)).all()
        texts = db.execute(
            sa.select(*(sa.type_coerce(each, IsoText()) for each in columns)).order_by(_TABLE.c.id)
        ).all()
    assert [tuple(row) for row in texts] == [
        tuple(None if each is None else each.isoformat() for each in row) for row in values
    ]
    assert texts[0] == ("2026-07-02", "15:30:00", "2026-07-02T15:30:00+00:00")


def test_a_moment_that_somebody_else_wrote_is_read_too(sqlite_database: Database) -> None:
    with sqlite_database.reading() as db:
        written = sa.select(sa.type_coerce(sa.literal_column("'2026-07-02 15:30:00'"), IsoText()))
        assert db.execute(written).scalar_one() == "2026-07-02T15:30:00+00:00"
