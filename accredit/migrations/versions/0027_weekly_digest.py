"""The weekly e-mail of what waits, for members of staff who chose it."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "weekly_digest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_weekly_digest_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "staff_id"],
            ["staff.organisation_id", "staff.id"],
            name=op.f("fk_weekly_digest_organisation_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_digest")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_weekly_digest_staff_id")),
    )
    op.create_index(op.f("ix_weekly_digest_organisation_id"), "weekly_digest", ["organisation_id"])
    op.create_index(op.f("ix_weekly_digest_last_at"), "weekly_digest", ["last_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_weekly_digest_last_at"), table_name="weekly_digest")
    op.drop_index(op.f("ix_weekly_digest_organisation_id"), table_name="weekly_digest")
    op.drop_table("weekly_digest")
