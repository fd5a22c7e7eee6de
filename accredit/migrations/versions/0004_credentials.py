"""Awards, keys, issuances and credentials."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As they were in this revision; a test compares the last one with what the models say today.
GUARDS = (
    Guard(
        "achievement",
        ("id", "organisation_id", "programme_version_id", "level_code", "public_id", "document", "created_at"),
        (),
        (),
    ),
    Guard(
        "award",
        (
            "id",
            "organisation_id",
            "enrolment_id",
            "programme_version_id",
            "level_code",
            "round",
            "awarded_on",
            "awarded_by",
            "decided_at",
            "assessment",
            "portfolio",
        ),
        (),
        (),
    ),
    Guard(
        "credential",
        ("id", "organisation_id", "award_id", "issuance_id", "achievement_id", "young_person_id", "code", "created_at"),
        (),
        (),
    ),
    Guard(
        "issuance",
        (
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
            "prepared_at",
        ),
        ("unsigned_document",),
        (
            "stage",
            "signed_document",
            "signed_digest",
            "leaf_index",
            "recorded_at",
            "released_at",
            "void_reason",
            "status",
            "status_since",
        ),
    ),
    Guard(
        "signing_key",
        ("id", "organisation_id", "purpose", "controller", "fragment", "public_key_multibase", "created_at"),
        (),
        ("retired_at", "compromised_at"),
    ),
    Guard("status_event", ("id", "organisation_id", "issuance_id", "act", "actor_id", "at"), ("reason",), ()),
)


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("controller", sa.String(), nullable=False),
        sa.Column("fragment", sa.String(), nullable=False),
        sa.Column("public_key_multibase", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("compromised_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('assertion', 'status', 'checkpoint')", name=op.f("ck_signing_key_purpose_is_known")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_signing_key_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("controller", "fragment", name=op.f("uq_signing_key_controller_fragment")),
    )
    op.create_index(op.f("ix_signing_key_organisation_id"), "signing_key", ["organisation_id"], unique=False)
    op.create_table(
        "status_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("signed_list", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", UtcDateTime(), nullable=True),
        sa.Column("signed_state", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_status_list_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_list")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_status_list_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_status_list_public_id")),
    )
    op.create_index(op.f("ix_status_list_organisation_id"), "status_list", ["organisation_id"], unique=False)
    op.create_table(
        "issuance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("status_list_id", sa.Uuid(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("unsigned_document", sa.LargeBinary(), nullable=True),
        sa.Column("record_hash", sa.LargeBinary(), nullable=False),
        sa.Column("signing_key_id", sa.Uuid(), nullable=False),
        sa.Column("prepared_at", UtcDateTime(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("signed_document", sa.LargeBinary(), nullable=True),
        sa.Column("signed_digest", sa.LargeBinary(), nullable=True),
        sa.Column("leaf_index", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("status_since", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "stage <> 'intent' OR unsigned_document IS NOT NULL", name=op.f("ck_issuance_intent_has_document")
        ),
        sa.CheckConstraint(
            "stage IN ('intent', 'recorded', 'released', 'void')", name=op.f("ck_issuance_stage_is_known")
        ),
        sa.CheckConstraint("status IN ('active', 'suspended', 'revoked')", name=op.f("ck_issuance_status_is_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "status_list_id"],
            ["status_list.organisation_id", "status_list.id"],
            name=op.f("fk_issuance_organisation_id_status_list_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_issuance_organisation_id")),
        sa.ForeignKeyConstraint(["signing_key_id"], ["signing_key.id"], name=op.f("fk_issuance_signing_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuance")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_issuance_credential_id")),
        sa.UniqueConstraint("kind", "subject_id", "round", name=op.f("uq_issuance_kind_subject_id_round")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_issuance_organisation_id_id")),
        sa.UniqueConstraint("status_list_id", "status_index", name=op.f("uq_issuance_status_list_id_status_index")),
    )
    op.create_index(op.f("ix_issuance_organisation_id"), "issuance", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_issuance_stage"), "issuance", ["stage"], unique=False)
    op.create_table(
        "achievement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("programme_version_id", sa.Uuid(), nullable=False),
        sa.Column("level_code", sa.String(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "programme_version_id"],
            ["programme_version.organisation_id", "programme_version.id"],
            name=op.f("fk_achievement_organisation_id_programme_version_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_achievement_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_achievement_organisation_id_id")),
        sa.UniqueConstraint(
            "programme_version_id", "level_code", name=op.f("uq_achievement_programme_version_id_level_code")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_achievement_public_id")),
    )
    op.create_index(op.f("ix_achievement_organisation_id"), "achievement", ["organisation_id"], unique=False)
    op.create_table(
        "award",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("programme_version_id", sa.Uuid(), nullable=False),
        sa.Column("level_code", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("awarded_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("assessment", sa.JSON(), nullable=False),
        sa.Column("portfolio", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "awarded_by"],
            ["staff.organisation_id", "staff.id"],
            name=op.f("fk_award_organisation_id_awarded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "enrolment_id"],
            ["enrolment.organisation_id", "enrolment.id"],
            name=op.f("fk_award_organisation_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "programme_version_id"],
            ["programme_version.organisation_id", "programme_version.id"],
            name=op.f("fk_award_organisation_id_programme_version_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_award_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("enrolment_id", "level_code", "round", name=op.f("uq_award_enrolment_id_level_code_round")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_award_organisation_id_id")),
    )
    op.create_index(op.f("ix_award_enrolment_id"), "award", ["enrolment_id"], unique=False)
    op.create_index(op.f("ix_award_organisation_id"), "award", ["organisation_id"], unique=False)
    op.create_table(
        "status_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("issuance_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("act IN ('suspend', 'reinstate', 'revoke')", name=op.f("ck_status_event_act_is_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "issuance_id"],
            ["issuance.organisation_id", "issuance.id"],
            name=op.f("fk_status_event_organisation_id_issuance_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_status_event_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_event")),
    )
    op.create_index(op.f("ix_status_event_issuance_id"), "status_event", ["issuance_id"], unique=False)
    op.create_index(op.f("ix_status_event_organisation_id"), "status_event", ["organisation_id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("issuance_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "achievement_id"],
            ["achievement.organisation_id", "achievement.id"],
            name=op.f("fk_credential_organisation_id_achievement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "award_id"],
            ["award.organisation_id", "award.id"],
            name=op.f("fk_credential_organisation_id_award_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "issuance_id"],
            ["issuance.organisation_id", "issuance.id"],
            name=op.f("fk_credential_organisation_id_issuance_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "young_person_id"],
            ["young_person.organisation_id", "young_person.id"],
            name=op.f("fk_credential_organisation_id_young_person_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_credential_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("award_id", "issuance_id", name=op.f("uq_credential_award_id_issuance_id")),
        sa.UniqueConstraint("code", name=op.f("uq_credential_code")),
        sa.UniqueConstraint("issuance_id", name=op.f("uq_credential_issuance_id")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_credential_organisation_id_id")),
    )
    op.create_index(op.f("ix_credential_award_id"), "credential", ["award_id"], unique=False)
    op.create_index(op.f("ix_credential_organisation_id"), "credential", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_credential_young_person_id"), "credential", ["young_person_id"], unique=False)
    dialect = op.get_bind().dialect.name
    for guard in GUARDS:
        for statement in create_statements(guard, dialect):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for guard in GUARDS:
        for statement in drop_statements(guard, dialect):
            op.get_bind().exec_driver_sql(statement)
    op.drop_index(op.f("ix_credential_young_person_id"), table_name="credential")
    op.drop_index(op.f("ix_credential_organisation_id"), table_name="credential")
    op.drop_index(op.f("ix_credential_award_id"), table_name="credential")
    op.drop_table("credential")
    op.drop_index(op.f("ix_status_event_organisation_id"), table_name="status_event")
    op.drop_index(op.f("ix_status_event_issuance_id"), table_name="status_event")
    op.drop_table("status_event")
    op.drop_index(op.f("ix_award_organisation_id"), table_name="award")
    op.drop_index(op.f("ix_award_enrolment_id"), table_name="award")
    op.drop_table("award")
    op.drop_index(op.f("ix_achievement_organisation_id"), table_name="achievement")
    op.drop_table("achievement")
    op.drop_index(op.f("ix_issuance_stage"), table_name="issuance")
    op.drop_index(op.f("ix_issuance_organisation_id"), table_name="issuance")
    op.drop_table("issuance")
    op.drop_index(op.f("ix_status_list_organisation_id"), table_name="status_list")
    op.drop_table("status_list")
    op.drop_index(op.f("ix_signing_key_organisation_id"), table_name="signing_key")
    op.drop_table("signing_key")
