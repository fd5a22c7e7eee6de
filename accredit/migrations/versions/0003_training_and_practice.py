"""Training and practice."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As they were in this revision; a test compares the last one with what the models say today.
GUARDS = (
    Guard(
        "attendance",
        (
            "id",
            "organisation_id",
            "training_session_id",
            "enrolment_id",
            "module_code",
            "present",
            "corrects_id",
            "recorded_by",
            "recorded_at",
        ),
        (),
        (),
    ),
    Guard(
        "hours_entry",
        (
            "id",
            "organisation_id",
            "enrolment_id",
            "activity_type",
            "held_on",
            "starts_at",
            "minutes",
            "supervised_by",
            "practice_session_id",
            "source",
            "reference",
            "submitted_at",
            "corrects_id",
        ),
        (),
        ("status", "decided_by", "decided_at", "return_reason", "over_day_limit_confirmed"),
    ),
    Guard(
        "milestone_reached",
        ("id", "organisation_id", "enrolment_id", "milestone", "reached_on", "recorded_by", "recorded_at"),
        (),
        (),
    ),
    Guard(
        "skill_observation",
        (
            "id",
            "organisation_id",
            "enrolment_id",
            "skill_code",
            "activity_type",
            "observed_on",
            "observed_by",
            "recorded_at",
        ),
        (),
        (),
    ),
)


def upgrade() -> None:
    op.create_table(
        "practice_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("activity_type", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("supervised_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_practice_session_minutes_plausible")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "programme_id"],
            ["programme.organisation_id", "programme.id"],
            name=op.f("fk_practice_session_organisation_id_programme_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "supervised_by"],
            ["staff.organisation_id", "staff.id"],
            name=op.f("fk_practice_session_organisation_id_supervised_by"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_practice_session_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_session")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_practice_session_organisation_id_id")),
    )
    op.create_index(op.f("ix_practice_session_organisation_id"), "practice_session", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_practice_session_programme_id"), "practice_session", ["programme_id"], unique=False)
    op.create_table(
        "training_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("module_codes", sa.JSON(), nullable=False),
        sa.Column("led_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "led_by"],
            ["staff.organisation_id", "staff.id"],
            name=op.f("fk_training_session_organisation_id_led_by"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "programme_id"],
            ["programme.organisation_id", "programme.id"],
            name=op.f("fk_training_session_organisation_id_programme_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_training_session_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_session")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_training_session_organisation_id_id")),
    )
    op.create_index(op.f("ix_training_session_organisation_id"), "training_session", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_training_session_programme_id"), "training_session", ["programme_id"], unique=False)
    op.create_table(
        "attendance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("training_session_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("module_code", sa.String(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "corrects_id"],
            ["attendance.organisation_id", "attendance.id"],
            name=op.f("fk_attendance_organisation_id_corrects_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "enrolment_id"],
            ["enrolment.organisation_id", "enrolment.id"],
            name=op.f("fk_attendance_organisation_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "recorded_by"],
            ["staff.organisation_id", "staff.id"],
            name=op.f("fk_attendance_organisation_id_recorded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "training_session_id"],
            ["training_session.organisation_id", "training_session.id"],
            name=op.f("fk_attendance_organisation_id_training_session_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_attendance_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_attendance_corrects_id")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_attendance_organisation_id_id")),
    )
    op.create_index(op.f("ix_attendance_enrolment_id"), "attendance", ["enrolment_id"], unique=False)
    op.create_index(
        "ix_attendance_first",
        "attendance",
        ["training_session_id", "enrolment_id", "module_code"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NULL"),
        postgresql_where=sa.text("corrects_id IS NULL"),
    )
    op.create_index(op.f("ix_attendance_organisation_id"), "attendance", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_attendance_training_session_id"), "attendance", ["training_session_id"], unique=False)
    op.create_table(
        "hours_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("activity_type", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("supervised_by", sa.Uuid(), nullable=False),
        sa.Column("practice_session_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("return_reason", sa.String(length=40), nullable=True),
        sa.Column("over_day_limit_confirmed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(status = 'returned') = (return_reason IS NOT NULL)", name=op.f("ck_hours_entry_returned_with_reason")
        ),
        sa.CheckConstraint(
            "(status = 'submitted') = (decided_at IS NULL)", name=op.f("ck_hours_entry_decided_or_submitted")
        ),
        sa.CheckConstraint(
            "source IN ('young-person', 'register', 'import')", name=op.f("ck_hours_entry_source_is_known")
        ),
        sa.CheckConstraint(
            "status IN ('submitted', 'approved', 'returned', 'corrected')", name=op.f("ck_hours_entry_status_is_known")
        ),
        sa.CheckConstraint("minutes BETWEEN 1 AND 720", name=op.f("ck_hours_entry_minutes_plausible")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "corrects_id"],
            ["hours_entry.organisation_id", "hours_entry.id"],
            name=op.f("fk_hours_entry_organisation_id_corrects_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "decided_by"],
            ["staff.organisation_id", "staff.id"],
            name=op.f("fk_hours_entry_organisation_id_decided_by"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "enrolment_id"],
            ["enrolment.organisation_id", "enrolment.id"],
            name=op.f("fk_hours_entry_organisation_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "practice_session_id"],
            ["practice_session.organisation_id", "practice_session.id"],
            name=op.f("fk_hours_entry_organisation_id_practice_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "supervised_by"],
            ["staff.organisation_id", "staff.id"],
            name=op.f("fk_hours_entry_organisation_id_supervised_by"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_hours_entry_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_entry")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_hours_entry_corrects_id")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_hours_entry_organisation_id_id")),
        sa.UniqueConstraint("organisation_id", "reference", name=op.f("uq_hours_entry_organisation_id_reference")),
        sa.UniqueConstraint(
            "practice_session_id", "enrolment_id", name=op.f("uq_hours_entry_practice_session_id_enrolment_id")
        ),
    )
    op.create_index(op.f("ix_hours_entry_enrolment_id"), "hours_entry", ["enrolment_id"], unique=False)
    op.create_index(op.f("ix_hours_entry_held_on"), "hours_entry", ["held_on"], unique=False)
    op.create_index(op.f("ix_hours_entry_organisation_id"), "hours_entry", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_hours_entry_status"), "hours_entry", ["status"], unique=False)
    op.create_index(op.f("ix_hours_entry_supervised_by"), "hours_entry", ["supervised_by"], unique=False)
    op.create_table(
        "milestone_reached",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("milestone", sa.String(length=40), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "milestone IN ('reflection', 'led-activity', 'helped-newcomers', 'helped-train-others', 'spoke-at-assembly', 'talk-with-adult', 'pairing-ended-well')",
            name=op.f("ck_milestone_reached_milestone_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "enrolment_id"],
            ["enrolment.organisation_id", "enrolment.id"],
            name=op.f("fk_milestone_reached_organisation_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "recorded_by"],
            ["staff.organisation_id", "staff.id"],
            name=op.f("fk_milestone_reached_organisation_id_recorded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_milestone_reached_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_reached")),
        sa.UniqueConstraint("enrolment_id", "milestone", name=op.f("uq_milestone_reached_enrolment_id_milestone")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_milestone_reached_organisation_id_id")),
    )
    op.create_index(op.f("ix_milestone_reached_enrolment_id"), "milestone_reached", ["enrolment_id"], unique=False)
    op.create_index(
        op.f("ix_milestone_reached_organisation_id"), "milestone_reached", ["organisation_id"], unique=False
    )
    op.create_table(
        "skill_observation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("skill_code", sa.String(), nullable=False),
        sa.Column("activity_type", sa.String(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("observed_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "enrolment_id"],
            ["enrolment.organisation_id", "enrolment.id"],
            name=op.f("fk_skill_observation_organisation_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "observed_by"],
            ["staff.organisation_id", "staff.id"],
            name=op.f("fk_skill_observation_organisation_id_observed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_skill_observation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_observation")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_skill_observation_organisation_id_id")),
    )
    op.create_index(op.f("ix_skill_observation_enrolment_id"), "skill_observation", ["enrolment_id"], unique=False)
    op.create_index(
        op.f("ix_skill_observation_organisation_id"), "skill_observation", ["organisation_id"], unique=False
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
    op.drop_index(op.f("ix_skill_observation_organisation_id"), table_name="skill_observation")
    op.drop_index(op.f("ix_skill_observation_enrolment_id"), table_name="skill_observation")
    op.drop_table("skill_observation")
    op.drop_index(op.f("ix_milestone_reached_organisation_id"), table_name="milestone_reached")
    op.drop_index(op.f("ix_milestone_reached_enrolment_id"), table_name="milestone_reached")
    op.drop_table("milestone_reached")
    op.drop_index(op.f("ix_hours_entry_supervised_by"), table_name="hours_entry")
    op.drop_index(op.f("ix_hours_entry_status"), table_name="hours_entry")
    op.drop_index(op.f("ix_hours_entry_organisation_id"), table_name="hours_entry")
    op.drop_index(op.f("ix_hours_entry_held_on"), table_name="hours_entry")
    op.drop_index(op.f("ix_hours_entry_enrolment_id"), table_name="hours_entry")
    op.drop_table("hours_entry")
    op.drop_index(op.f("ix_attendance_training_session_id"), table_name="attendance")
    op.drop_index(op.f("ix_attendance_organisation_id"), table_name="attendance")
    op.drop_index(
        "ix_attendance_first",
        table_name="attendance",
        sqlite_where=sa.text("corrects_id IS NULL"),
        postgresql_where=sa.text("corrects_id IS NULL"),
    )
    op.drop_index(op.f("ix_attendance_enrolment_id"), table_name="attendance")
    op.drop_table("attendance")
    op.drop_index(op.f("ix_training_session_programme_id"), table_name="training_session")
    op.drop_index(op.f("ix_training_session_organisation_id"), table_name="training_session")
    op.drop_table("training_session")
    op.drop_index(op.f("ix_practice_session_programme_id"), table_name="practice_session")
    op.drop_index(op.f("ix_practice_session_organisation_id"), table_name="practice_session")
    op.drop_table("practice_session")
