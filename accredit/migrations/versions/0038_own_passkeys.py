"""Passkeys that open a young person's own page, and the challenges that they answer."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

INDEXED = (
    ("own_passkey", "organisation_id"),
    ("own_passkey", "young_person_id"),
    ("own_passkey_challenge", "young_person_id"),
    ("own_passkey_challenge", "made_at"),
)


def upgrade() -> None:
    op.create_table(
        "own_passkey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("user_handle", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        *_owned("own_passkey"),
        sa.UniqueConstraint("credential_id", name=op.f("uq_own_passkey_credential_id")),
        sa.UniqueConstraint("user_handle", name=op.f("uq_own_passkey_user_handle")),
    )
    op.create_table(
        "own_passkey_challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("young_person_id", sa.Uuid(), nullable=True),
        sa.Column("user_handle", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(young_person_id IS NULL) = (organisation_id IS NULL)",
            name=op.f("ck_own_passkey_challenge_owner_is_whole"),
        ),
        sa.CheckConstraint(
            "(young_person_id IS NULL) = (user_handle IS NULL)",
            name=op.f("ck_own_passkey_challenge_handle_is_for_new"),
        ),
        *_owned("own_passkey_challenge"),
    )
    for table, column in INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    for table, column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    for table in ("own_passkey_challenge", "own_passkey"):
        op.drop_table(table)


def _owned(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["organisation_id", "young_person_id"],
            ["young_person.organisation_id", "young_person.id"],
            name=op.f(f"fk_{table}_organisation_id_young_person_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
