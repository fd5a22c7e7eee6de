"""Pages that somebody has at more than one school, brought together by themselves."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

INDEX = "ix_word_card_page_id"


def upgrade() -> None:
    op.add_column("word_card", sa.Column("page_id", sa.Uuid(), nullable=True))
    op.add_column("word_card", sa.Column("together_since", UtcDateTime(), nullable=True))
    op.create_index(op.f(INDEX), "word_card", ["page_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f(INDEX), "word_card")
    op.drop_column("word_card", "together_since")
    op.drop_column("word_card", "page_id")
