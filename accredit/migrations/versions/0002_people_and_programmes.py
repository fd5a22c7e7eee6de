"""People, programmes and enrolments."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# As they were in this revision; a test compares the last one with what the models say today.
GUARDS = (
    Guard(
        "programme_version",
        (
            "id",
            "organisation_id",
            "programme_id",
            "number",
            "effective_from",
            "template_code",
            "definition",
            "created_at",
            "created_by",
        ),
        (),
        (),
    ),
)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(), nullable=False),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.Column("us_totp_secrets", sa.String(), nullable=True),
        sa.Column("us_phone_number", sa.String(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_programme_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("organisation_id", "code", name=op.f("uq_programme_organisation_id_code")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_programme_organisation_id_id")),
    )
    op.create_index(op.f("ix_programme_organisation_id"), "programme", ["organisation_id"], unique=False)
    op.create_table(
        "sign_in_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_code")),
        sa.UniqueConstraint("browser", name=op.f("uq_sign_in_code_browser")),
    )
    op.create_index(op.f("ix_sign_in_code_account_id"), "sign_in_code", ["account_id"], unique=False)
    op.create_index(op.f("ix_sign_in_code_made_at"), "sign_in_code", ["made_at"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("job_title", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staff_account_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_staff_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("organisation_id", "account_id", name=op.f("uq_staff_organisation_id_account_id")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_staff_organisation_id_id")),
    )
    op.create_index(op.f("ix_staff_account_id"), "staff", ["account_id"], unique=False)
    op.create_index(op.f("ix_staff_organisation_id"), "staff", ["organisation_id"], unique=False)
    op.create_table(
        "young_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("school_reference", sa.String(), nullable=True),
        sa.Column("printed_name", sa.String(), nullable=False),
        sa.Column("printed_name_confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("printed_name_confirmed_by", sa.String(length=40), nullable=True),
        sa.Column("known_as", sa.String(), nullable=False),
        sa.Column("year_group", sa.String(), nullable=True),
        sa.Column("form", sa.String(), nullable=True),
        sa.Column("turns_13", sa.String(length=7), nullable=True),
        sa.Column("turns_16", sa.String(length=7), nullable=True),
        sa.Column("turns_18", sa.String(length=7), nullable=True),
        sa.Column("upn_hash", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "printed_name_confirmed_by IN ('young-person', 'co-ordinator')",
            name=op.f("ck_young_person_printed_name_confirmed_by_is_known"),
        ),
        sa.CheckConstraint(
            "(printed_name_confirmed_at IS NULL) = (printed_name_confirmed_by IS NULL)",
            name=op.f("ck_young_person_name_confirmed_by_someone"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_young_person_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_young_person")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_young_person_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id", "school_reference", name=op.f("uq_young_person_organisation_id_school_reference")
        ),
        sa.UniqueConstraint("organisation_id", "upn_hash", name=op.f("uq_young_person_organisation_id_upn_hash")),
    )
    op.create_index(op.f("ix_young_person_organisation_id"), "young_person", ["organisation_id"], unique=False)
    op.create_table(
        "claim_slip",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "young_person_id"],
            ["young_person.organisation_id", "young_person.id"],
            name=op.f("fk_claim_slip_organisation_id_young_person_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_claim_slip_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_slip")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_claim_slip_code_hash")),
    )
    op.create_index(op.f("ix_claim_slip_organisation_id"), "claim_slip", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_claim_slip_young_person_id"), "claim_slip", ["young_person_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "programme_id"],
            ["programme.organisation_id", "programme.id"],
            name=op.f("fk_enrolment_organisation_id_programme_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "young_person_id"],
            ["young_person.organisation_id", "young_person.id"],
            name=op.f("fk_enrolment_organisation_id_young_person_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_enrolment_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_enrolment_organisation_id_id")),
        sa.UniqueConstraint("young_person_id", "programme_id", name=op.f("uq_enrolment_young_person_id_programme_id")),
    )
    op.create_index(op.f("ix_enrolment_organisation_id"), "enrolment", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_enrolment_programme_id"), "enrolment", ["programme_id"], unique=False)
    op.create_index(op.f("ix_enrolment_young_person_id"), "enrolment", ["young_person_id"], unique=False)
    op.create_table(
        "programme_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("template_code", sa.String(), nullable=True),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "programme_id"],
            ["programme.organisation_id", "programme.id"],
            name=op.f("fk_programme_version_organisation_id_programme_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_programme_version_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_version")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_programme_version_organisation_id_id")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_programme_version_programme_id_number")),
    )
    op.create_index(
        op.f("ix_programme_version_organisation_id"), "programme_version", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_programme_version_programme_id"), "programme_version", ["programme_id"], unique=False)
    op.create_table(
        "staff_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("held_from", sa.Date(), nullable=False),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("checks_confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "role <> 'supervisor' OR checks_confirmed_by IS NOT NULL", name=op.f("ck_staff_role_supervisor_was_checked")
        ),
        sa.CheckConstraint(
            "role IN ('administrator', 'co-ordinator', 'supervisor')", name=op.f("ck_staff_role_role_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "staff_id"],
            ["staff.organisation_id", "staff.id"],
            name=op.f("fk_staff_role_organisation_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_staff_role_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
    )
    op.create_index(op.f("ix_staff_role_organisation_id"), "staff_role", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_staff_role_staff_id"), "staff_role", ["staff_id"], unique=False)
    op.create_table(
        "enrolment_break",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_enrolment_break_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "enrolment_id"],
            ["enrolment.organisation_id", "enrolment.id"],
            name=op.f("fk_enrolment_break_organisation_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_enrolment_break_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_break")),
    )
    op.create_index(op.f("ix_enrolment_break_enrolment_id"), "enrolment_break", ["enrolment_id"], unique=False)
    op.create_index(op.f("ix_enrolment_break_organisation_id"), "enrolment_break", ["organisation_id"], unique=False)
    dialect = op.get_bind().dialect.name
    for guard in GUARDS:
        for statement in create_statements(guard, dialect):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for guard in GUARDS:
        for statement in drop_statements(guard, dialect):
            op.get_bind().exec_driver_sql(statement)
    op.drop_index(op.f("ix_enrolment_break_organisation_id"), table_name="enrolment_break")
    op.drop_index(op.f("ix_enrolment_break_enrolment_id"), table_name="enrolment_break")
    op.drop_table("enrolment_break")
    op.drop_index(op.f("ix_staff_role_staff_id"), table_name="staff_role")
    op.drop_index(op.f("ix_staff_role_organisation_id"), table_name="staff_role")
    op.drop_table("staff_role")
    op.drop_index(op.f("ix_programme_version_programme_id"), table_name="programme_version")
    op.drop_index(op.f("ix_programme_version_organisation_id"), table_name="programme_version")
    op.drop_table("programme_version")
    op.drop_index(op.f("ix_enrolment_young_person_id"), table_name="enrolment")
    op.drop_index(op.f("ix_enrolment_programme_id"), table_name="enrolment")
    op.drop_index(op.f("ix_enrolment_organisation_id"), table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index(op.f("ix_claim_slip_young_person_id"), table_name="claim_slip")
    op.drop_index(op.f("ix_claim_slip_organisation_id"), table_name="claim_slip")
    op.drop_table("claim_slip")
    op.drop_index(op.f("ix_young_person_organisation_id"), table_name="young_person")
    op.drop_table("young_person")
    op.drop_index(op.f("ix_staff_organisation_id"), table_name="staff")
    op.drop_index(op.f("ix_staff_account_id"), table_name="staff")
    op.drop_table("staff")
    op.drop_index(op.f("ix_sign_in_code_made_at"), table_name="sign_in_code")
    op.drop_index(op.f("ix_sign_in_code_account_id"), table_name="sign_in_code")
    op.drop_table("sign_in_code")
    op.drop_index(op.f("ix_programme_organisation_id"), table_name="programme")
    op.drop_table("programme")
    op.drop_table("account")
