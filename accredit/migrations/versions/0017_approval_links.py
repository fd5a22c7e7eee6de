"""A link with which an adult without an account looks at the hours that wait for them."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEXED = (
    ("approval_link", "organisation_id"),
    ("approval_link", "staff_id"),
    ("approval_link_person", "organisation_id"),
    ("approval_link_person", "approval_link_id"),
    ("approval_link_person", "enrolment_id"),
)


def upgrade() -> None:
    op.create_table(
        "approval_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("browser", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(opened_at IS NULL) = (browser IS NULL)", name=op.f("ck_approval_link_opened_in_a_browser")
        ),
        _points_at("approval_link", "staff_id", "staff"),
        _points_at("approval_link", "made_by", "staff"),
        _of_an_organisation("approval_link"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_link")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_approval_link_organisation_id_id")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_approval_link_link_hash")),
        sa.UniqueConstraint("browser", name=op.f("uq_approval_link_browser")),
    )
    op.create_table(
        "approval_link_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("approval_link_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        _points_at("approval_link_person", "approval_link_id", "approval_link", ondelete="CASCADE"),
        _points_at("approval_link_person", "enrolment_id", "enrolment"),
        _of_an_organisation("approval_link_person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_link_person")),
        sa.UniqueConstraint(
            "approval_link_id", "enrolment_id", name=op.f("uq_approval_link_person_approval_link_id_enrolment_id")
        ),
    )
    for table, column in INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    for table, column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    op.drop_table("approval_link_person")
    op.drop_table("approval_link")


def _points_at(table: str, column: str, other: str, **options: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
        **options,  # type: ignore[arg-type]  # words of SQL
    )


def _of_an_organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"))
