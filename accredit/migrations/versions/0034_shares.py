"""What a young person shows to whom: shares, the days on which each was opened, the name behind the code on paper."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

GUARD = Guard(
    "share",
    (
        "id",
        "organisation_id",
        "of_issuance_id",
        "made_for",
        "name_shown",
        "link_hash",
        "made_at",
        "ends_at",
    ),
    ("contents", "link_sealed"),
    ("pin_hash", "ended_at", "ended_for"),
    removable=True,
    movable=("young_person_id",),
)
MADE_FOR = "made_for IN ('college', 'university', 'work', 'volunteering', 'family', 'other')"
NAMES = "IN ('full', 'known-as', 'initials')"
ENDS = "ended_for IN ('withdrawn', 'over', 'certificate-ended', 'renewed', 'not-agreed', 'lost')"
INDEXED = (
    ("share", "organisation_id"),
    ("share", "young_person_id"),
    ("share", "of_issuance_id"),
    ("share_opening", "organisation_id"),
    ("share_opening", "share_id"),
    ("share_opening", "young_person_id"),
    ("code_name", "organisation_id"),
)


def upgrade() -> None:
    op.create_table(
        "share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("of_issuance_id", sa.Uuid(), nullable=False),
        sa.Column("made_for", sa.String(length=40), nullable=False),
        sa.Column("name_shown", sa.String(length=40), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        sa.Column("link_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("pin_hash", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_for", sa.String(length=40), nullable=True),
        sa.CheckConstraint(MADE_FOR, name=op.f("ck_share_made_for_is_known")),
        sa.CheckConstraint(f"name_shown {NAMES}", name=op.f("ck_share_name_shown_is_known")),
        sa.CheckConstraint(ENDS, name=op.f("ck_share_ended_for_is_known")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_for IS NULL)", name=op.f("ck_share_ended")),
        _points_at("share", "of_issuance_id", "issuance"),
        _points_at("share", "young_person_id", "young_person"),
        _of_an_organisation("share"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_share_organisation_id_id")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_share_link_hash")),
    )
    op.create_table(
        "share_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        _points_at("share_opening", "share_id", "share"),
        _points_at("share_opening", "young_person_id", "young_person"),
        _of_an_organisation("share_opening"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_opening")),
        sa.UniqueConstraint("share_id", "opened_on", name=op.f("uq_share_opening_share_id_opened_on")),
    )
    op.create_table(
        "code_name",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("shown", sa.String(length=40), nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(f"shown {NAMES}", name=op.f("ck_code_name_shown_is_known")),
        _points_at("code_name", "young_person_id", "young_person"),
        _of_an_organisation("code_name"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_name")),
        sa.UniqueConstraint("young_person_id", name=op.f("uq_code_name_young_person_id")),
    )
    for table, column in INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    for statement in create_statements(GUARD, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in drop_statements(GUARD, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)
    for table, column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    for table in ("code_name", "share_opening", "share"):
        op.drop_table(table)


def _points_at(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
    )


def _of_an_organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"))
