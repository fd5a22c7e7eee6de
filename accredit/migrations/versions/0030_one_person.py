"""Two records of one young person become one: what was asked, who somebody was, and rows that go on in another."""

from dataclasses import replace

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

OWN = ("id", "organisation_id")
DECIDED = ("status", "decided_by", "decided_at", "return_reason", "over_day_limit_confirmed")
ATTENDANCE = ("training_session_id", "module_code", "present", "corrects_id", "recorded_by", "recorded_at")
AWARD = ("programme_version_id", "level_code", "awarded_on", "awarded_by", "decided_at", "assessment", "portfolio")
CREDENTIAL = ("award_id", "issuance_id", "achievement_id", "code", "created_at")
EARLIER = ("minutes", "until", "attested_by", "attested_at", "replaces_id")
ENTRY = (
    *("activity_type", "held_on", "starts_at", "minutes", "supervised_by", "source", "reference"),
    *("submitted_at", "corrects_id"),
)
SEEN = ("skill_code", "activity_type", "observed_on", "observed_by", "recorded_at")
PLACE = ("enrolment_id",)
GUARDS = (
    Guard("attendance", (*OWN, *ATTENDANCE), (), (), removable=True, movable=PLACE),
    Guard("award", (*OWN, *AWARD, "issue_from"), (), (), removable=True, movable=(*PLACE, "round")),
    Guard("award_set_aside", (*OWN, "award_id", "reason", "set_aside_by", "at"), (), (), removable=True, movable=PLACE),
    Guard("credential", (*OWN, *CREDENTIAL), (), (), removable=True, movable=("young_person_id",)),
    Guard("hours_brought_forward", (*OWN, *EARLIER), (), (), removable=True, movable=PLACE),
    Guard("hours_entry", (*OWN, *ENTRY), (), DECIDED, removable=True, movable=(*PLACE, "practice_session_id")),
    Guard("late_hours", (*OWN, "entry_id", "reason", "added_by", "added_at"), (), (), removable=True, movable=PLACE),
    Guard(
        "milestone_reached",
        (*OWN, "milestone", "reached_on", "recorded_by", "recorded_at"),
        (),
        (),
        removable=True,
        movable=PLACE,
    ),
    Guard("skill_observation", (*OWN, *SEEN), (), (), removable=True, movable=PLACE),
)
BEFORE = tuple(replace(guard, columns=(*guard.columns, *guard.movable), movable=()) for guard in GUARDS)
MERGED_ROW = Guard("merged_row", ("former_id", "present_id"), (), ())
INDEXED = (
    ("merged_row", "present_id"),
    ("merge_request", "organisation_id"),
    ("merge_request", "kept_id"),
    ("merge_request", "other_id"),
    ("merged_person", "organisation_id"),
    ("merged_person", "young_person_id"),
)


def upgrade() -> None:
    op.create_table(
        "merged_row",
        sa.Column("former_id", sa.Uuid(), nullable=False),
        sa.Column("present_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("former_id", name=op.f("pk_merged_row")),
    )
    op.create_table(
        "merge_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kept_id <> other_id", name=op.f("ck_merge_request_two_records")),
        _points_at("merge_request", "kept_id", "young_person"),
        _points_at("merge_request", "other_id", "young_person"),
        _points_at("merge_request", "asked_by", "staff"),
        _of_an_organisation("merge_request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_request")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_merge_request_organisation_id_id")),
        sa.UniqueConstraint("kept_id", "other_id", name=op.f("uq_merge_request_kept_id_other_id")),
    )
    op.create_table(
        "merged_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
        sa.Column("former_id", sa.Uuid(), nullable=False),
        sa.Column("merged_at", UtcDateTime(), nullable=False),
        _points_at("merged_person", "young_person_id", "young_person"),
        _of_an_organisation("merged_person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merged_person")),
        sa.UniqueConstraint("former_id", name=op.f("uq_merged_person_former_id")),
    )
    for table, column in INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    _replace_guards(BEFORE, (MERGED_ROW, *GUARDS))


def downgrade() -> None:
    _replace_guards((*GUARDS, MERGED_ROW), BEFORE)
    for table, column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    for table in ("merged_person", "merge_request", "merged_row"):
        op.drop_table(table)


def _replace_guards(old: tuple[Guard, ...], new: tuple[Guard, ...]) -> None:
    bind = op.get_bind()
    for guard in old:
        for statement in drop_statements(guard, bind.dialect.name):
            bind.exec_driver_sql(statement)
    for guard in new:
        for statement in create_statements(guard, bind.dialect.name):
            bind.exec_driver_sql(statement)


def _points_at(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
    )


def _of_an_organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"))
