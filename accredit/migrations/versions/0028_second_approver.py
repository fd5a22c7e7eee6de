"""Time that staff add late, large totals that wait for a second person, a second step that is demanded, suspensions."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

GUARD = Guard(
    "late_hours",
    ("id", "organisation_id", "enrolment_id", "entry_id", "reason", "added_by", "added_at"),
    (),
    (),
    removable=True,
)
SUSPENSION = Guard("organisation_suspension", ("id", "organisation_id", "reason", "operator_id", "at"), (), ())
SUSPENSION_REASONS = "reason IN ('asked-for', 'not-safe', 'not-them')"
REASONS = "reason IN ('kept-on-paper', 'they-were-away', 'adult-was-away', 'could-not-sign-in')"
INDEXED = (
    ("late_hours", "organisation_id"),
    ("late_hours", "enrolment_id"),
    ("earlier_hours_request", "organisation_id"),
    ("organisation_suspension", "organisation_id"),
)


def upgrade() -> None:
    op.create_table(
        "late_hours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(REASONS, name=op.f("ck_late_hours_reason_is_known")),
        _points_at("late_hours", "enrolment_id", "enrolment"),
        _points_at("late_hours", "entry_id", "hours_entry"),
        _points_at("late_hours", "added_by", "staff"),
        _of_an_organisation("late_hours"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_hours")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_late_hours_organisation_id_id")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_late_hours_entry_id")),
    )
    op.create_table(
        "earlier_hours_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 0 AND 30000", name=op.f("ck_earlier_hours_request_minutes_plausible")),
        _points_at("earlier_hours_request", "enrolment_id", "enrolment"),
        _points_at("earlier_hours_request", "asked_by", "staff"),
        _of_an_organisation("earlier_hours_request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_hours_request")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_earlier_hours_request_organisation_id_id")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_earlier_hours_request_enrolment_id")),
    )
    op.create_table(
        "second_step_demand",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        _of_an_organisation("second_step_demand"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_step_demand")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_second_step_demand_organisation_id")),
    )
    op.create_table(
        "organisation_suspension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(SUSPENSION_REASONS, name=op.f("ck_organisation_suspension_reason_is_known")),
        _of_an_organisation("organisation_suspension"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_suspension")),
    )
    for table, column in INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    for guard in (GUARD, SUSPENSION):
        for statement in create_statements(guard, op.get_bind().dialect.name):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for guard in (SUSPENSION, GUARD):
        for statement in drop_statements(guard, op.get_bind().dialect.name):
            op.get_bind().exec_driver_sql(statement)
    for table, column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    op.drop_table("organisation_suspension")
    op.drop_table("second_step_demand")
    op.drop_table("earlier_hours_request")
    op.drop_table("late_hours")


def _points_at(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
    )


def _of_an_organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"))
