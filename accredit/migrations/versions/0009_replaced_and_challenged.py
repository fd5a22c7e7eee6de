"""Replacements, awards set aside, revocations asked for by one person and answered by another, challenges."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# As they are in this revision; a test compares the last ones with what the models say today.
GUARDS = (
    Guard(
        "award_set_aside",
        ("id", "organisation_id", "award_id", "enrolment_id", "reason", "set_aside_by", "at"),
        (),
        (),
        removable=True,
    ),
    Guard(
        "replacement",
        ("id", "organisation_id", "issuance_id", "kind", "subject_id", "reason", "ordered_by", "ordered_at"),
        (),
        ("successor_id", "ended_at", "given_up_at"),
    ),
)
REVOKE_REASONS = "reason IN ('facts-wrong', 'awarded-by-mistake', 'asked-by-holder', 'record-not-reliable')"
GROUNDS = "ground IN ('facts-are-right', 'nobody-asked-me', 'name-is-mine', 'want-to-talk')"
INDEXES = (
    ("award_set_aside", ("enrolment_id", "organisation_id")),
    ("challenge", ("issuance_id", "organisation_id", "young_person_id")),
    ("replacement", ("organisation_id", "subject_id", "successor_id")),
    ("revocation_request", ("issuance_id", "organisation_id", "young_person_id")),
)


def upgrade() -> None:
    op.create_table(
        "award_set_aside",
        *_of_organisation("award_set_aside"),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("set_aside_by", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('record-corrected', 'credential-revoked')", name=op.f("ck_award_set_aside_reason_is_known")
        ),
        _points_at("award_set_aside", "award_id", "award"),
        _points_at("award_set_aside", "enrolment_id", "enrolment"),
        sa.UniqueConstraint("award_id", name=op.f("uq_award_set_aside_award_id")),
    )
    op.create_table(
        "replacement",
        *_of_organisation("replacement"),
        sa.Column("issuance_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=True),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("given_up_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('name-changed', 'record-corrected', 'key-compromised')",
            name=op.f("ck_replacement_reason_is_known"),
        ),
        _points_at("replacement", "issuance_id", "issuance"),
        _points_at("replacement", "successor_id", "issuance"),
        sa.UniqueConstraint("issuance_id", name=op.f("uq_replacement_issuance_id")),
    )
    op.create_table(
        "revocation_request",
        *_of_organisation("revocation_request"),
        *_about_somebody(),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        *_answered(),
        sa.CheckConstraint(REVOKE_REASONS, name=op.f("ck_revocation_request_reason_is_known")),
        *_checks("revocation_request", "answer IN ('confirmed', 'declined')"),
    )
    op.create_table(
        "challenge",
        *_of_organisation("challenge"),
        *_about_somebody(),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        *_answered(),
        sa.CheckConstraint(GROUNDS, name=op.f("ck_challenge_ground_is_known")),
        *_checks("challenge", "answer IN ('holds', 'stays', 'talk')"),
    )
    for table, columns in INDEXES:
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    _guard(create_statements)


def downgrade() -> None:
    _guard(drop_statements)
    for table, columns in reversed(INDEXES):
        for column in columns:
            op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
        op.drop_table(table)


def _of_organisation(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _about_somebody() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("issuance_id", sa.Uuid(), nullable=False),
        sa.Column("young_person_id", sa.Uuid(), nullable=False),
    )


def _answered() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
    )


def _checks(table: str, answers: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.CheckConstraint(answers, name=op.f(f"ck_{table}_answer_is_known")),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f(f"ck_{table}_answered")),
        _points_at(table, "issuance_id", "issuance"),
        _points_at(table, "young_person_id", "young_person"),
    )


def _points_at(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
    )


def _guard(statements: object) -> None:
    dialect = op.get_bind().dialect.name
    for guard in GUARDS:
        for statement in statements(guard, dialect):  # type: ignore[operator]  # one of the two functions above
            op.get_bind().exec_driver_sql(statement)
