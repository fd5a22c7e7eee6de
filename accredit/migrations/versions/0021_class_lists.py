"""Columns of class lists as somebody said what they hold, and hours brought forward from a school's earlier records."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

GUARD = Guard(
    "hours_brought_forward",
    ("id", "organisation_id", "enrolment_id", "minutes", "until", "attested_by", "attested_at", "replaces_id"),
    (),
    (),
    removable=True,
)
INDEXED = (
    ("class_list_columns", "organisation_id"),
    ("hours_brought_forward", "organisation_id"),
    ("hours_brought_forward", "enrolment_id"),
)


def upgrade() -> None:
    op.create_table(
        "class_list_columns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("headings_hash", sa.LargeBinary(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        _of_an_organisation("class_list_columns"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_list_columns")),
        sa.UniqueConstraint(
            "organisation_id", "headings_hash", name=op.f("uq_class_list_columns_organisation_id_headings_hash")
        ),
    )
    op.create_table(
        "hours_brought_forward",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("attested_by", sa.Uuid(), nullable=False),
        sa.Column("attested_at", UtcDateTime(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("minutes BETWEEN 0 AND 30000", name=op.f("ck_hours_brought_forward_minutes_plausible")),
        _points_at("enrolment_id", "enrolment"),
        _points_at("attested_by", "staff"),
        _points_at("replaces_id", "hours_brought_forward"),
        _of_an_organisation("hours_brought_forward"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_brought_forward")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_hours_brought_forward_organisation_id_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_hours_brought_forward_replaces_id")),
    )
    op.create_index(
        "ix_hours_brought_forward_first",
        "hours_brought_forward",
        ["enrolment_id"],
        unique=True,
        sqlite_where=sa.text("replaces_id IS NULL"),
        postgresql_where=sa.text("replaces_id IS NULL"),
    )
    for table, column in INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    for statement in create_statements(GUARD, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in drop_statements(GUARD, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)
    for table, column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    op.drop_index("ix_hours_brought_forward_first", table_name="hours_brought_forward")
    op.drop_table("hours_brought_forward")
    op.drop_table("class_list_columns")


def _points_at(column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_hours_brought_forward_organisation_id_{column}"),
    )


def _of_an_organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"))
