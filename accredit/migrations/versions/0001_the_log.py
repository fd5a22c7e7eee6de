"""Organisations, the audit trail, the ledger and the service itself."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As they were in this revision; a test compares the last one with what the models say today.
GUARDS = (
    Guard(
        "audit_event",
        ("id", "organisation_id", "tag", "subject_id", "actor_kind", "actor_id", "actor_role", "at", "details"),
        (),
        (),
    ),
    Guard("ledger_checkpoint", ("size", "root", "note", "signed_at"), (), ()),
    Guard("ledger_leaf", ("index", "entry", "leaf_hash", "appended_at"), (), ()),
    Guard("ledger_node", ("level", "index", "hash"), (), ()),
    Guard(
        "ledger_record", ("leaf_index", "organisation_id", "act", "subject_id", "occurrence"), ("record", "salt"), ()
    ),
    Guard(
        "organisation_confirmation",
        ("id", "organisation_id", "confirmed", "channel", "confirmed_on", "operator_id", "at"),
        (),
        (),
    ),
    Guard("service_identity", ("id", "did_host", "demonstration", "created_at"), (), ("base_url",)),
)


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_ledger_checkpoint")),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "ledger_leaf",
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("appended_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint('"index" >= 0', name=op.f("ck_ledger_leaf_index_not_negative")),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_ledger_leaf")),
    )
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("level >= 1", name=op.f("ck_ledger_node_above_the_leaves")),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_ledger_node")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("nation", sa.String(length=40), nullable=False),
        sa.Column("urn", sa.String(), nullable=True),
        sa.Column("charity_number", sa.String(), nullable=True),
        sa.Column("ukprn", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("talk_to", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('school', 'college', 'community')", name=op.f("ck_organisation_kind_is_known")),
        sa.CheckConstraint(
            "nation IN ('england', 'wales', 'scotland', 'northern-ireland')",
            name=op.f("ck_organisation_nation_is_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("did", name=op.f("uq_organisation_did")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("to_address", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
    )
    op.create_table(
        "service_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("base_url", sa.String(), nullable=False),
        sa.Column("did_host", sa.String(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_service_identity_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_identity")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("actor_kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.String(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('staff', 'young-person', 'operator', 'service')",
            name=op.f("ck_audit_event_actor_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_audit_event_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_organisation_id"), "audit_event", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_audit_event_subject_id"), "audit_event", ["subject_id"], unique=False)
    op.create_table(
        "ledger_record",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "act IN ('attendance-confirmed', 'hours-approved', 'skill-observed', 'award-decided', 'credential-issued', 'credential-suspended', 'credential-reinstated', 'credential-revoked', 'key-published', 'key-retired', 'organisation-endorsed')",
            name=op.f("ck_ledger_record_act_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ledger_record_organisation_id")
        ),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_ledger_record")),
        sa.UniqueConstraint("act", "subject_id", "occurrence", name=op.f("uq_ledger_record_act_subject_id_occurrence")),
    )
    op.create_index(op.f("ix_ledger_record_organisation_id"), "ledger_record", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_ledger_record_subject_id"), "ledger_record", ["subject_id"], unique=False)
    op.create_table(
        "organisation_confirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('telephone', 'letter', 'visit', 'official-register')",
            name=op.f("ck_organisation_confirmation_channel_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_confirmation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_confirmation")),
    )
    op.create_index(
        op.f("ix_organisation_confirmation_organisation_id"),
        "organisation_confirmation",
        ["organisation_id"],
        unique=False,
    )
    dialect = op.get_bind().dialect.name
    for guard in GUARDS:
        for statement in create_statements(guard, dialect):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for guard in GUARDS:
        for statement in drop_statements(guard, dialect):
            op.get_bind().exec_driver_sql(statement)
    op.drop_index(op.f("ix_organisation_confirmation_organisation_id"), table_name="organisation_confirmation")
    op.drop_table("organisation_confirmation")
    op.drop_index(op.f("ix_ledger_record_subject_id"), table_name="ledger_record")
    op.drop_index(op.f("ix_ledger_record_organisation_id"), table_name="ledger_record")
    op.drop_table("ledger_record")
    op.drop_index(op.f("ix_audit_event_subject_id"), table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_organisation_id"), table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_table("service_identity")
    op.drop_table("outgoing_mail")
    op.drop_table("organisation")
    op.drop_table("ledger_node")
    op.drop_table("ledger_leaf")
    op.drop_table("ledger_head")
    op.drop_table("ledger_checkpoint")
    op.drop_table("heartbeat")
