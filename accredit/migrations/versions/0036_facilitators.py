"""Training of the adults: sessions, who was there, and the records of it that they ask for."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

OWN = ("id", "organisation_id")
GUARDS = (
    Guard(
        "facilitator_session",
        (*OWN, "programme_id", "held_on", "part_codes", "delivered_by", "recorded_by", "recorded_at"),
        (),
        (),
    ),
    Guard(
        "facilitator_attendance",
        (*OWN, "facilitator_session_id", "staff_id", "present", "corrects_id", "recorded_by", "recorded_at"),
        (),
        (),
    ),
    Guard(
        "facilitator_record",
        (*OWN, "staff_id", "programme_version_id", "code", "printed_name", "asked_at"),
        (),
        (
            *("given_by", "given_at", "parts", "given_up_at"),
            *("ending_asked_by", "ending_asked_at", "ending_reason", "ended_at"),
        ),
    ),
)
INDEXED = (
    ("facilitator_session", "organisation_id"),
    ("facilitator_session", "programme_id"),
    ("facilitator_attendance", "organisation_id"),
    ("facilitator_attendance", "facilitator_session_id"),
    ("facilitator_attendance", "staff_id"),
    ("facilitator_record", "organisation_id"),
    ("facilitator_record", "staff_id"),
)


def upgrade() -> None:
    op.create_table(
        "facilitator_session",
        *_own("facilitator_session"),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("part_codes", sa.JSON(), nullable=False),
        sa.Column("delivered_by", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        _points_at("facilitator_session", "programme_id", "programme"),
        _points_at("facilitator_session", "recorded_by", "staff"),
    )
    op.create_table(
        "facilitator_attendance",
        *_own("facilitator_attendance"),
        sa.Column("facilitator_session_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("staff_id <> recorded_by", name=op.f("ck_facilitator_attendance_not_ones_own")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_facilitator_attendance_corrects_id")),
        _points_at("facilitator_attendance", "facilitator_session_id", "facilitator_session"),
        _points_at("facilitator_attendance", "staff_id", "staff"),
        _points_at("facilitator_attendance", "recorded_by", "staff"),
        _points_at("facilitator_attendance", "corrects_id", "facilitator_attendance"),
    )
    op.create_index(
        "ix_facilitator_attendance_first",
        "facilitator_attendance",
        ["facilitator_session_id", "staff_id"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NULL"),
        postgresql_where=sa.text("corrects_id IS NULL"),
    )
    op.create_table(
        "facilitator_record",
        *_own("facilitator_record"),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("programme_version_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("printed_name", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("given_at", UtcDateTime(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=True),
        sa.Column("given_up_at", UtcDateTime(), nullable=True),
        sa.Column("ending_asked_by", sa.Uuid(), nullable=True),
        sa.Column("ending_asked_at", UtcDateTime(), nullable=True),
        sa.Column("ending_reason", sa.String(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("given_by IS NULL OR given_by <> staff_id", name=op.f("ck_facilitator_record_not_ones_own")),
        sa.CheckConstraint("(given_by IS NULL) = (given_at IS NULL)", name=op.f("ck_facilitator_record_given")),
        sa.CheckConstraint("given_at IS NULL OR parts IS NOT NULL", name=op.f("ck_facilitator_record_frozen")),
        sa.CheckConstraint(
            "(ending_asked_by IS NULL) = (ending_asked_at IS NULL)", name=op.f("ck_facilitator_record_ending")
        ),
        sa.CheckConstraint(
            "(ending_asked_by IS NULL) = (ending_reason IS NULL)", name=op.f("ck_facilitator_record_ending_reason")
        ),
        sa.UniqueConstraint("code", name=op.f("uq_facilitator_record_code")),
        _points_at("facilitator_record", "programme_version_id", "programme_version"),
        _points_at("facilitator_record", "ending_asked_by", "staff"),
        _points_at("facilitator_record", "staff_id", "staff"),
        _points_at("facilitator_record", "given_by", "staff"),
    )
    for table, column in INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    bind = op.get_bind()
    for guard in GUARDS:
        for statement in create_statements(guard, bind.dialect.name):
            bind.exec_driver_sql(statement)


def downgrade() -> None:
    bind = op.get_bind()
    for guard in GUARDS:
        for statement in drop_statements(guard, bind.dialect.name):
            bind.exec_driver_sql(statement)
    for table, column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    op.drop_index("ix_facilitator_attendance_first", table_name="facilitator_attendance")
    for table in ("facilitator_record", "facilitator_attendance", "facilitator_session"):
        op.drop_table(table)


def _own(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f(f"uq_{table}_organisation_id_id")),
    )


def _points_at(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
    )
