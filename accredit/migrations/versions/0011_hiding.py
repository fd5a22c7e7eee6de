"""What is hidden from everybody outside, for a young person who must not be found."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXED = ("organisation_id", "young_person_id")


def upgrade() -> None:
    op.create_table(
        "hiding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=True),
        sa.Column("hidden_by", sa.Uuid(), nullable=False),
        sa.Column("hidden_at", UtcDateTime(), nullable=False),
        sa.Column("shown_by", sa.Uuid(), nullable=True),
        sa.Column("shown_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(shown_by IS NULL) = (shown_at IS NULL)", name=op.f("ck_hiding_shown")),
        _points_at("young_person_id", "young_person"),
        _points_at("award_id", "award"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_hiding_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hiding")),
    )
    for column in INDEXED:
        op.create_index(op.f(f"ix_hiding_{column}"), "hiding", [column], unique=False)


def downgrade() -> None:
    for column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_hiding_{column}"), table_name="hiding")
    op.drop_table("hiding")


def _points_at(column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_hiding_organisation_id_{column}"),
    )
