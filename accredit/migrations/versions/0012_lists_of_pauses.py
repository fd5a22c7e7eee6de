"""A signed list of pauses beside each list of revocations."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("status_list", sa.Column("signed_suspensions", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("status_list", "signed_suspensions")
