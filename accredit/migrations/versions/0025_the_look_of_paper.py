"""Pictures for a school's own paper, since when somebody is the head, and paper that is printed before its day."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("head_since", sa.Date(), nullable=True))
    op.create_table(
        "organisation_picture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("is_small", sa.Boolean(), nullable=False),
        sa.Column("is_pale", sa.Boolean(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "place IN ('logo', 'partner', 'signature')", name=op.f("ck_organisation_picture_place_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_picture_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_picture")),
        sa.UniqueConstraint(
            "organisation_id", "place", "is_used", name=op.f("uq_organisation_picture_organisation_id_place_is_used")
        ),
    )
    op.create_index(op.f("ix_organisation_picture_organisation_id"), "organisation_picture", ["organisation_id"])
    op.create_table(
        "paper_ahead",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_paper_ahead_organisation_id")),
        _points_at("award_id", "award"),
        _points_at("young_person_id", "young_person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_ahead")),
        sa.UniqueConstraint("award_id", name=op.f("uq_paper_ahead_award_id")),
        sa.UniqueConstraint("code", name=op.f("uq_paper_ahead_code")),
    )
    for column in ("organisation_id", "young_person_id"):
        op.create_index(op.f(f"ix_paper_ahead_{column}"), "paper_ahead", [column])


def downgrade() -> None:
    op.drop_table("paper_ahead")
    op.drop_table("organisation_picture")
    op.drop_column("organisation", "head_since")


def _points_at(column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_paper_ahead_organisation_id_{column}"),
    )
