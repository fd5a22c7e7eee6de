"""Records of peer support: that a young person asked for one, and what it says."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

GUARD = Guard(
    "support_record",
    (
        "id",
        "organisation_id",
        "programme_version_id",
        "code",
        "shows_months",
        "made_on",
        "asked_at",
        "portfolio",
    ),
    (),
    ("given_up_at",),
    removable=True,
    movable=("enrolment_id",),
)
INDEXED = ("organisation_id", "enrolment_id")


def upgrade() -> None:
    op.create_table(
        "support_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("programme_version_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("shows_months", sa.Boolean(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("portfolio", sa.JSON(), nullable=False),
        sa.Column("given_up_at", UtcDateTime(), nullable=True),
        _points_at("enrolment_id", "enrolment"),
        _points_at("programme_version_id", "programme_version"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_support_record_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_record")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_support_record_organisation_id_id")),
        sa.UniqueConstraint("code", name=op.f("uq_support_record_code")),
    )
    for column in INDEXED:
        op.create_index(op.f(f"ix_support_record_{column}"), "support_record", [column], unique=False)
    for statement in create_statements(GUARD, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in drop_statements(GUARD, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)
    for column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_support_record_{column}"), table_name="support_record")
    op.drop_table("support_record")


def _points_at(column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_support_record_organisation_id_{column}"),
    )
