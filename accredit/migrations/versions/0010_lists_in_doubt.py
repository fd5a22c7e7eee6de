"""Status lists that may lack revocations, since an older database came back."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("status_list", sa.Column("doubtful_since", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("status_list", "doubtful_since")
