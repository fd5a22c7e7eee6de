"""Editions of registers of issuers elsewhere; keys for offline statements, and the statements that were asked for."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ISSUANCE = (
    "id",
    "organisation_id",
    "kind",
    "subject_id",
    "round",
    "credential_id",
    "status_list_id",
    "status_index",
    "record_hash",
    "signing_key_id",
    "jwt_signing_key_id",
    "prepared_at",
)
CHANGING = (
    "stage",
    "signed_document",
    "signed_digest",
    "signed_jwt",
    "signed_jwt_digest",
    "leaf_index",
    "recorded_at",
    "released_at",
    "void_reason",
    "status",
    "status_since",
)
KEY = (
    "id",
    "organisation_id",
    "purpose",
    "controller",
    "fragment",
    "public_key_multibase",
    "public_key_jwk",
    "created_at",
)
ENDING = ("retired_at", "compromised_at")

# As they were before this revision, and in it; a test compares the last ones with what the models say today.
KEY_GUARD = Guard("signing_key", KEY, (), ENDING)
OLD_GUARDS = (Guard("issuance", ISSUANCE, ("unsigned_document",), CHANGING), KEY_GUARD)
GUARDS = (
    Guard("issuance", ISSUANCE, ("unsigned_document",), (*CHANGING, "offline_asked_at", "offline_statement")),
    KEY_GUARD,
    Guard("register_edition", ("id", "name", "version", "note", "digest", "accepted_at"), (), ()),
)
OLD_PURPOSES = "purpose IN ('assertion', 'assertion-jwt', 'status', 'checkpoint')"
PURPOSES = "purpose IN ('assertion', 'assertion-jwt', 'offline', 'status', 'checkpoint')"
ONE_KEY = "(public_key_multibase IS NULL) <> (public_key_jwk IS NULL)"


def upgrade() -> None:
    _unguard(OLD_GUARDS)
    _set_purposes(PURPOSES)
    op.add_column("issuance", sa.Column("offline_asked_at", UtcDateTime(), nullable=True))
    op.add_column("issuance", sa.Column("offline_statement", sa.String(), nullable=True))
    op.create_table(
        "register_edition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_edition")),
        sa.UniqueConstraint("version", name=op.f("uq_register_edition_version")),
    )
    _guard(GUARDS)


def downgrade() -> None:
    _unguard(GUARDS)
    op.drop_table("register_edition")
    op.drop_column("issuance", "offline_statement")
    op.drop_column("issuance", "offline_asked_at")
    op.execute("DELETE FROM signing_key WHERE purpose = 'offline'")
    _set_purposes(OLD_PURPOSES)
    _guard(OLD_GUARDS)


def _set_purposes(purposes: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_keys(purposes)
        return
    op.drop_constraint(op.f("ck_signing_key_purpose_is_known"), "signing_key", type_="check")
    op.create_check_constraint(op.f("ck_signing_key_purpose_is_known"), "signing_key", purposes)


def _rebuild_keys(purposes: str) -> None:
    """Make the table anew, since SQLite changes no constraint of one that stands (as in revision 0005)."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(
        "CREATE TABLE signing_key_before AS SELECT id, organisation_id, purpose, controller, fragment, "
        "public_key_multibase, public_key_jwk, created_at, retired_at, compromised_at FROM signing_key "
        "ORDER BY created_at, id"
    )
    op.drop_index(op.f("ix_signing_key_organisation_id"), table_name="signing_key")
    op.drop_table("signing_key")
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("controller", sa.String(), nullable=False),
        sa.Column("fragment", sa.String(), nullable=False),
        sa.Column("public_key_multibase", sa.String(), nullable=True),
        sa.Column("public_key_jwk", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("compromised_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(purposes, name=op.f("ck_signing_key_purpose_is_known")),
        sa.CheckConstraint(ONE_KEY, name=op.f("ck_signing_key_one_public_key")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_signing_key_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("controller", "fragment", name=op.f("uq_signing_key_controller_fragment")),
    )
    op.execute(
        "INSERT INTO signing_key (id, organisation_id, purpose, controller, fragment, public_key_multibase, "
        "public_key_jwk, created_at, retired_at, compromised_at) SELECT * FROM signing_key_before"
    )
    op.drop_table("signing_key_before")
    op.create_index(op.f("ix_signing_key_organisation_id"), "signing_key", ["organisation_id"], unique=False)


def _guard(guards: tuple[Guard, ...]) -> None:
    for guard in guards:
        for statement in create_statements(guard, op.get_bind().dialect.name):
            op.get_bind().exec_driver_sql(statement)


def _unguard(guards: tuple[Guard, ...]) -> None:
    for guard in guards:
        for statement in drop_statements(guard, op.get_bind().dialect.name):
            op.get_bind().exec_driver_sql(statement)
