"""Cosignatures: who saw a checkpoint continue all it had seen before, and when."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As it is in this revision; a test compares the last one with what the models say today.
GUARDS = (Guard("ledger_cosignature", ("size", "verifier_key", "line", "cosigned_at"), (), ()),)


def upgrade() -> None:
    op.create_table(
        "ledger_cosignature",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("verifier_key", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("cosigned_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"], ["ledger_checkpoint.size"], name=op.f("fk_ledger_cosignature_size_ledger_checkpoint")
        ),
        sa.PrimaryKeyConstraint("size", "verifier_key", name=op.f("pk_ledger_cosignature")),
    )
    for guard in GUARDS:
        for statement in create_statements(guard, op.get_bind().dialect.name):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for guard in GUARDS:
        for statement in drop_statements(guard, op.get_bind().dialect.name):
            op.get_bind().exec_driver_sql(statement)
    op.drop_table("ledger_cosignature")
