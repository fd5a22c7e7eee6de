"""Young people who take their public pages away, and who ask their school about its record of them."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INDEXED = ("organisation_id", "young_person_id")


def upgrade() -> None:
    op.add_column("hiding", sa.Column("by_holder", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "record_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("wish", sa.String(length=40), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("wish IN ('put-right', 'take-away')", name=op.f("ck_record_request_wish_is_known")),
        sa.CheckConstraint("answer IN ('done', 'stays', 'not-wanted')", name=op.f("ck_record_request_answer_is_known")),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_record_request_answered")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_by IS NULL)", name=op.f("ck_record_request_answered_by_someone")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "young_person_id"],
            ["young_person.organisation_id", "young_person.id"],
            name=op.f("fk_record_request_organisation_id_young_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_record_request_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_request")),
    )
    for column in INDEXED:
        op.create_index(op.f(f"ix_record_request_{column}"), "record_request", [column], unique=False)


def downgrade() -> None:
    for column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_record_request_{column}"), table_name="record_request")
    op.drop_table("record_request")
    op.drop_column("hiding", "by_holder")
