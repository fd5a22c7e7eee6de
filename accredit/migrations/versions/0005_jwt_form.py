"""The JWT form of credentials: keys of other kinds than Ed25519, and the token beside the document."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0005"
down_revision = "0004"
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
)
CHANGING = ("leaf_index", "recorded_at", "released_at", "void_reason", "status", "status_since")
KEY = ("id", "organisation_id", "purpose", "controller", "fragment", "public_key_multibase")
ENDING = ("retired_at", "compromised_at")

# As they were before this revision, and in it; a test compares the last one with what the models say today.
OLD_GUARDS = (
    Guard(
        "issuance",
        (*ISSUANCE, "prepared_at"),
        ("unsigned_document",),
        ("stage", "signed_document", "signed_digest", *CHANGING),
    ),
    Guard("signing_key", (*KEY, "created_at"), (), ENDING),
)
GUARDS = (
    Guard(
        "issuance",
        (*ISSUANCE, "jwt_signing_key_id", "prepared_at"),
        ("unsigned_document",),
        ("stage", "signed_document", "signed_digest", "signed_jwt", "signed_jwt_digest", *CHANGING),
    ),
    Guard("signing_key", (*KEY, "public_key_jwk", "created_at"), (), ENDING),
)
OLD_PURPOSES = "purpose IN ('assertion', 'status', 'checkpoint')"
PURPOSES = "purpose IN ('assertion', 'assertion-jwt', 'status', 'checkpoint')"
ONE_KEY = "(public_key_multibase IS NULL) <> (public_key_jwk IS NULL)"
FOREIGN_KEY = "fk_issuance_jwt_signing_key_id"


def upgrade() -> None:
    _unguard(OLD_GUARDS)
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_keys(*_key_table(PURPOSES, with_jwk=True))
        # SQLite adds a column with its reference in one statement, or not at all.
        op.execute(
            "ALTER TABLE issuance ADD COLUMN jwt_signing_key_id CHAR(32) "
            f"CONSTRAINT {FOREIGN_KEY} REFERENCES signing_key (id)"
        )
    else:
        op.drop_constraint(op.f("ck_signing_key_purpose_is_known"), "signing_key", type_="check")
        op.create_check_constraint(op.f("ck_signing_key_purpose_is_known"), "signing_key", PURPOSES)
        op.alter_column("signing_key", "public_key_multibase", nullable=True)
        op.add_column("signing_key", sa.Column("public_key_jwk", sa.String(), nullable=True))
        op.create_check_constraint(op.f("ck_signing_key_one_public_key"), "signing_key", ONE_KEY)
        op.add_column("issuance", sa.Column("jwt_signing_key_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(FOREIGN_KEY), "issuance", "signing_key", ["jwt_signing_key_id"], ["id"])
    op.add_column("issuance", sa.Column("signed_jwt", sa.LargeBinary(), nullable=True))
    op.add_column("issuance", sa.Column("signed_jwt_digest", sa.LargeBinary(), nullable=True))
    _guard(GUARDS)


def downgrade() -> None:
    _unguard(GUARDS)
    for name in ("signed_jwt_digest", "signed_jwt"):
        op.drop_column("issuance", name)
    if op.get_bind().dialect.name == "sqlite":
        op.drop_column("issuance", "jwt_signing_key_id")
        op.execute("DELETE FROM signing_key WHERE public_key_jwk IS NOT NULL")
        _rebuild_keys(*_key_table(OLD_PURPOSES, with_jwk=False))
    else:
        op.drop_constraint(op.f(FOREIGN_KEY), "issuance", type_="foreignkey")
        op.drop_column("issuance", "jwt_signing_key_id")
        op.execute("DELETE FROM signing_key WHERE public_key_jwk IS NOT NULL")
        op.drop_constraint(op.f("ck_signing_key_one_public_key"), "signing_key", type_="check")
        op.drop_column("signing_key", "public_key_jwk")
        op.alter_column("signing_key", "public_key_multibase", nullable=False)
        op.drop_constraint(op.f("ck_signing_key_purpose_is_known"), "signing_key", type_="check")
        op.create_check_constraint(op.f("ck_signing_key_purpose_is_known"), "signing_key", OLD_PURPOSES)
    _guard(OLD_GUARDS)


def _key_table(purposes: str, *, with_jwk: bool) -> tuple[sa.schema.SchemaItem, ...]:
    jwk: tuple[sa.schema.SchemaItem, ...] = ()
    if with_jwk:
        one_key = sa.CheckConstraint(ONE_KEY, name=op.f("ck_signing_key_one_public_key"))
        jwk = (sa.Column("public_key_jwk", sa.String(), nullable=True), one_key)
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("controller", sa.String(), nullable=False),
        sa.Column("fragment", sa.String(), nullable=False),
        sa.Column("public_key_multibase", sa.String(), nullable=with_jwk),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("compromised_at", UtcDateTime(), nullable=True),
        *jwk,
        sa.CheckConstraint(purposes, name=op.f("ck_signing_key_purpose_is_known")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_signing_key_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("controller", "fragment", name=op.f("uq_signing_key_controller_fragment")),
    )


def _rebuild_keys(*table: sa.schema.SchemaItem) -> None:
    """Make the table anew, since SQLite changes no constraint of one that stands.

    Issuances refer to its rows. Their references are looked at when the transaction ends, and the rows are back by
    then: a table that was dropped, made again under its name and filled again leaves none of them dangling.
    """
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(
        "CREATE TABLE signing_key_before AS SELECT id, organisation_id, purpose, controller, fragment, "
        "public_key_multibase, created_at, retired_at, compromised_at FROM signing_key ORDER BY created_at, id"
    )
    op.drop_index(op.f("ix_signing_key_organisation_id"), table_name="signing_key")
    op.drop_table("signing_key")
    op.create_table("signing_key", *table)
    op.execute(
        "INSERT INTO signing_key (id, organisation_id, purpose, controller, fragment, public_key_multibase, "
        "created_at, retired_at, compromised_at) SELECT * FROM signing_key_before"
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
