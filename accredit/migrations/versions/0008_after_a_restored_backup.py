"""What is known to be lost after an older database came back, and the status lists closed then."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# As it is in this revision; a test compares the last one with what the models say today.
GUARD = Guard("ledger_gap", ("first_leaf", "last_leaf", "since", "until"), (), ())


def upgrade() -> None:
    op.create_table(
        "ledger_gap",
        sa.Column("first_leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_leaf", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("first_leaf", name=op.f("pk_ledger_gap")),
    )
    op.add_column("status_list", sa.Column("closed_at", UtcDateTime(), nullable=True))
    for statement in create_statements(GUARD, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in drop_statements(GUARD, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)
    op.drop_column("status_list", "closed_at")
    op.drop_table("ledger_gap")
