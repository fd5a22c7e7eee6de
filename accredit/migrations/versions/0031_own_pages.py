"""Slips are used once and give five words; answers to what young people and their homes are asked.

Whoever has a slip keeps their page: the slip works once more and gives words, and that they had a page counts as agreed
until somebody says otherwise.
"""

import sqlalchemy as sa
from alembic import op

from accredit.clock import utc_now
from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime, new_id

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

GUARD = Guard(
    "consent",
    ("id", "organisation_id", "about", "voice", "is_yes", "noted_by", "at"),
    (),
    (),
    removable=True,
    movable=("young_person_id",),
)
INDEXED = (
    ("word_card", "organisation_id"),
    ("word_card", "young_person_id"),
    ("consent", "organisation_id"),
    ("consent", "young_person_id"),
)


def upgrade() -> None:
    op.create_table(
        "word_card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("words_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        _of_a_young_person("word_card"),
        _of_an_organisation("word_card"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_card")),
        sa.UniqueConstraint("words_hash", name=op.f("uq_word_card_words_hash")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("voice", sa.String(length=40), nullable=False),
        sa.Column("is_yes", sa.Boolean(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("about IN ('taking-part', 'own-page', 'sharing')", name=op.f("ck_consent_about_is_known")),
        sa.CheckConstraint("voice IN ('young-person', 'home', 'before')", name=op.f("ck_consent_voice_is_known")),
        _of_a_young_person("consent"),
        _of_an_organisation("consent"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_table(
        "home_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("below", sa.Integer(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("below IN (13, 16, 18)", name=op.f("ck_home_policy_known_age")),
        _of_an_organisation("home_policy"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_policy")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_home_policy_organisation_id")),
    )
    for table, column in INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    _keep_pages()
    for statement in create_statements(GUARD, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in drop_statements(GUARD, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)
    for table, column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    for table in ("home_policy", "consent", "word_card"):
        op.drop_table(table)


def _keep_pages() -> None:
    """Write down for everybody who has a slip that they had a page before anybody was asked here."""
    slip = sa.table(
        "claim_slip",
        sa.column("organisation_id", sa.Uuid()),
        sa.column("young_person_id", sa.Uuid()),
        sa.column("withdrawn_at", UtcDateTime()),
    )
    consent = sa.table(
        "consent",
        sa.column("id", sa.Uuid()),
        sa.column("organisation_id", sa.Uuid()),
        sa.column("young_person_id", sa.Uuid()),
        sa.column("about", sa.String()),
        sa.column("voice", sa.String()),
        sa.column("is_yes", sa.Boolean()),
        sa.column("at", UtcDateTime()),
    )
    have = sa.select(slip.c.organisation_id, slip.c.young_person_id).where(slip.c.withdrawn_at.is_(None)).distinct()
    now = utc_now()
    rows = [
        {
            "id": new_id(),
            "organisation_id": row.organisation_id,
            "young_person_id": row.young_person_id,
            "about": "own-page",
            "voice": "before",
            "is_yes": True,
            "at": now,
        }
        for row in op.get_bind().execute(have)
    ]
    if rows:
        op.bulk_insert(consent, rows)


def _of_a_young_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", "young_person_id"],
        ["young_person.organisation_id", "young_person.id"],
        name=op.f(f"fk_{table}_organisation_id_young_person_id"),
    )


def _of_an_organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"))
