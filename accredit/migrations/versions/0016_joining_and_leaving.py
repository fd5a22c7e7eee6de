"""The first operator's code, organisations that ask to join, staff who left, leavers' pages, sessions called off."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = "kind IN ('school', 'college', 'community')"
NATIONS = "nation IN ('england', 'wales', 'scotland', 'northern-ireland')"


def upgrade() -> None:
    op.create_table(
        "first_operator_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_first_operator_code_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_operator_code")),
    )
    op.create_table(
        "joining_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("nation", sa.String(length=40), nullable=False),
        sa.Column("urn", sa.String(), nullable=True),
        sa.Column("charity_number", sa.String(), nullable=True),
        sa.Column("ukprn", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("job_title", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_joining_request_kind_is_known")),
        sa.CheckConstraint(NATIONS, name=op.f("ck_joining_request_nation_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining_request")),
    )
    op.create_index(op.f("ix_joining_request_asked_at"), "joining_request", ["asked_at"], unique=False)
    op.add_column("staff", sa.Column("left_at", UtcDateTime(), nullable=True))
    op.add_column("young_person", sa.Column("opening_asked_at", UtcDateTime(), nullable=True))
    op.add_column("young_person", sa.Column("opening_asked_by", sa.Uuid(), nullable=True))
    op.add_column("training_session", sa.Column("called_off_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("training_session", "called_off_at")
    op.drop_column("young_person", "opening_asked_by")
    op.drop_column("young_person", "opening_asked_at")
    op.drop_column("staff", "left_at")
    op.drop_index(op.f("ix_joining_request_asked_at"), table_name="joining_request")
    op.drop_table("joining_request")
    op.drop_table("first_operator_code")
