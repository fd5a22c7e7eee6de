"""Signing in with the account somebody has at their school."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "school_sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("client_secret", sa.LargeBinary(), nullable=False),
        sa.Column("school", sa.String(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_school_sign_in_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_sign_in")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_school_sign_in_organisation_id")),
    )
    op.create_table(
        "school_identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_school_identity_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_identity")),
        sa.UniqueConstraint("account_id", name=op.f("uq_school_identity_account_id")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_school_identity_issuer_subject")),
    )


def downgrade() -> None:
    op.drop_table("school_identity")
    op.drop_table("school_sign_in")
