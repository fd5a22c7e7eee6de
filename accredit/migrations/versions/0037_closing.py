"""Organisations that have closed."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

CLOSING = Guard("organisation_closing", ("id", "organisation_id", "closed_on", "operator_id", "at"), (), ())


def upgrade() -> None:
    op.create_table(
        "organisation_closing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_closing_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_closing")),
    )
    op.create_index(op.f("ix_organisation_closing_organisation_id"), "organisation_closing", ["organisation_id"])
    for statement in create_statements(CLOSING, op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in drop_statements(CLOSING, op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_table("organisation_closing")
