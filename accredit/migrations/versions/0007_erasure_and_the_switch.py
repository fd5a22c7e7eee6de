"""Erasure of a person's record, legal holds, and the switch that stops issuing."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ATTENDANCE = ("enrolment_id", "module_code", "present", "corrects_id", "recorded_by", "recorded_at")
AWARD = ("level_code", "round", "awarded_on", "awarded_by", "decided_at", "assessment", "portfolio")
HOURS = ("starts_at", "minutes", "supervised_by", "practice_session_id", "source", "reference", "submitted_at")
DECIDED = ("status", "decided_by", "decided_at", "return_reason", "over_day_limit_confirmed")
SEEN = ("skill_code", "activity_type", "observed_on", "observed_by", "recorded_at")
CODE = ("award_id", "issuance_id", "achievement_id", "young_person_id", "code", "created_at")

# Tables that only grew, and from which rows with a tombstone may now be taken.
REMOVABLE: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("attendance", ("id", "organisation_id", "training_session_id", *ATTENDANCE), ()),
    ("award", ("id", "organisation_id", "enrolment_id", "programme_version_id", *AWARD), ()),
    ("credential", ("id", "organisation_id", *CODE), ()),
    (
        "hours_entry",
        ("id", "organisation_id", "enrolment_id", "activity_type", "held_on", *HOURS, "corrects_id"),
        DECIDED,
    ),
    (
        "milestone_reached",
        ("id", "organisation_id", "enrolment_id", "milestone", "reached_on", "recorded_by", "recorded_at"),
        (),
    ),
    ("skill_observation", ("id", "organisation_id", "enrolment_id", *SEEN), ()),
)
OLD_GUARDS = tuple(Guard(table, columns, (), mutable) for table, columns, mutable in REMOVABLE)
GUARDS = tuple(Guard(table, columns, (), mutable, removable=True) for table, columns, mutable in REMOVABLE)
NEW_GUARDS = (
    Guard("erased_row", ("row_id", "erasure_id"), (), ()),
    Guard("erasure", ("id", "organisation_id", "person_id", "reason", "at", "row_count", "leaf_count"), (), ()),
    Guard("issuing_stop", ("id", "organisation_id", "reason", "since"), (), ("ended_at",)),
)
LEDGER = Guard(
    "ledger_record", ("leaf_index", "organisation_id", "act", "subject_id", "occurrence"), ("record", "salt"), ()
)
ACTS = (
    "act IN ('attendance-confirmed', 'hours-approved', 'skill-observed', 'award-decided', 'credential-issued', "
    "'credential-suspended', 'credential-reinstated', 'credential-revoked', 'key-published', 'key-retired', "
    "'organisation-endorsed')"
)


def upgrade() -> None:
    op.create_table(
        "erased_row",
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_erased_row")),
    )
    op.create_index(op.f("ix_erased_row_erasure_id"), "erased_row", ["erasure_id"], unique=False)
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("leaf_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason IN ('asked', 'mistake', 'retention')", name=op.f("ck_erasure_reason_is_known")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_erasure_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_organisation_id"), "erasure", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_erasure_person_id"), "erasure", ["person_id"], unique=False)
    _create_holds()
    _create_stops()
    _replace_guards(OLD_GUARDS, (*GUARDS, *NEW_GUARDS))
    _replace_guards((LEDGER,), ())
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_ledger_record()
    else:
        op.drop_constraint(op.f("ck_ledger_record_act_is_known"), "ledger_record", type_="check")
    _replace_guards((), (LEDGER,))


def downgrade() -> None:
    _replace_guards((LEDGER,), ())
    # An act that only this revision knows stops the way down here, with the ledger as it was.
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_ledger_record(sa.CheckConstraint(ACTS, name=op.f("ck_ledger_record_act_is_known")))
    else:
        op.create_check_constraint(op.f("ck_ledger_record_act_is_known"), "ledger_record", ACTS)
    _replace_guards((), (LEDGER,))
    _replace_guards((*GUARDS, *NEW_GUARDS), OLD_GUARDS)
    for table, columns in (
        ("issuing_stop", ("organisation_id",)),
        ("legal_hold", ("young_person_id", "organisation_id")),
        ("erasure", ("person_id", "organisation_id")),
        ("erased_row", ("erasure_id",)),
    ):
        for column in columns:
            op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
        op.drop_table(table)


def _create_holds() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('complaint', 'safeguarding', 'claim')", name=op.f("ck_legal_hold_reason_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "young_person_id"],
            ["young_person.organisation_id", "young_person.id"],
            name=op.f("fk_legal_hold_organisation_id_young_person_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_legal_hold_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_organisation_id"), "legal_hold", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_legal_hold_young_person_id"), "legal_hold", ["young_person_id"], unique=False)


def _create_stops() -> None:
    op.create_table(
        "issuing_stop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('incident', 'key-suspected', 'maintenance')", name=op.f("ck_issuing_stop_reason_is_known")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_issuing_stop_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuing_stop")),
    )
    op.create_index(op.f("ix_issuing_stop_organisation_id"), "issuing_stop", ["organisation_id"], unique=False)


def _rebuild_ledger_record(*checks: sa.schema.SchemaItem) -> None:
    """Make the table anew with other checks, since SQLite changes none of one that stands; no key points at it."""
    op.execute(
        "CREATE TABLE ledger_record_before AS "
        "SELECT leaf_index, organisation_id, act, subject_id, occurrence, record, salt FROM ledger_record"
    )
    for column in ("subject_id", "organisation_id"):
        op.drop_index(op.f(f"ix_ledger_record_{column}"), table_name="ledger_record")
    op.drop_table("ledger_record")
    op.create_table(
        "ledger_record",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        *checks,
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ledger_record_organisation_id")
        ),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_ledger_record")),
        sa.UniqueConstraint("act", "subject_id", "occurrence", name=op.f("uq_ledger_record_act_subject_id_occurrence")),
    )
    op.execute(
        "INSERT INTO ledger_record (leaf_index, organisation_id, act, subject_id, occurrence, record, salt) "
        "SELECT * FROM ledger_record_before ORDER BY leaf_index"
    )
    op.drop_table("ledger_record_before")
    for column in ("organisation_id", "subject_id"):
        op.create_index(op.f(f"ix_ledger_record_{column}"), "ledger_record", [column], unique=False)


def _replace_guards(old: tuple[Guard, ...], new: tuple[Guard, ...]) -> None:
    bind = op.get_bind()
    for guard in old:
        for statement in drop_statements(guard, bind.dialect.name):
            bind.exec_driver_sql(statement)
    for guard in new:
        for statement in create_statements(guard, bind.dialect.name):
            bind.exec_driver_sql(statement)
