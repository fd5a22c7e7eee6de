"""Drafts of programmes, and places that were moved to another version of theirs."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOVE_GUARD = Guard(
    "enrolment_move",
    ("id", "organisation_id", "enrolment_id", "programme_version_id", "moved_by", "moved_at"),
    (),
    (),
    removable=True,
)


def upgrade() -> None:
    op.create_table(
        "programme_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        _points_at("programme_draft", "programme_id", "programme"),
        _of_organisation("programme_draft"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_draft")),
        sa.UniqueConstraint("programme_id", name=op.f("uq_programme_draft_programme_id")),
    )
    op.create_index(op.f("ix_programme_draft_organisation_id"), "programme_draft", ["organisation_id"], unique=False)
    op.create_table(
        "enrolment_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("programme_version_id", sa.Uuid(), nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        _points_at("enrolment_move", "enrolment_id", "enrolment"),
        _points_at("enrolment_move", "programme_version_id", "programme_version"),
        _of_organisation("enrolment_move"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_move")),
    )
    for column in ("enrolment_id", "organisation_id"):
        op.create_index(op.f(f"ix_enrolment_move_{column}"), "enrolment_move", [column], unique=False)
    for statement in create_statements(MOVE_GUARD, op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in drop_statements(MOVE_GUARD, op.get_bind().dialect.name):
        op.execute(statement)
    for column in ("organisation_id", "enrolment_id"):
        op.drop_index(op.f(f"ix_enrolment_move_{column}"), table_name="enrolment_move")
    op.drop_table("enrolment_move")
    op.drop_index(op.f("ix_programme_draft_organisation_id"), table_name="programme_draft")
    op.drop_table("programme_draft")


def _of_organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"))


def _points_at(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
    )
