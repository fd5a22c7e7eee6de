"""Awards that can be undone for a while, how a name is said, who is called up, and what a school prints of its own."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.append_only import Guard, create_statements, drop_statements
from accredit.storage.types import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

AWARD = (
    *("id", "organisation_id", "enrolment_id", "programme_version_id", "level_code", "round", "awarded_on"),
    *("awarded_by", "decided_at", "assessment", "portfolio"),
)
OLD_AWARD = Guard("award", AWARD, (), (), removable=True)
NEW_AWARD = Guard("award", (*AWARD, "issue_from"), (), (), removable=True)
SET_ASIDE = ("id", "organisation_id", "award_id", "enrolment_id", "reason", "set_aside_by", "at")
ASIDE = Guard("award_set_aside", SET_ASIDE, (), (), removable=True)
OLD_REASONS = "reason IN ('record-corrected', 'credential-revoked')"
REASONS = "reason IN ('record-corrected', 'credential-revoked', 'undone')"


def upgrade() -> None:
    _replace_guards((OLD_AWARD, ASIDE), ())
    op.add_column("award", sa.Column("issue_from", UtcDateTime(), nullable=True))
    _change_reasons(REASONS)
    _replace_guards((), (NEW_AWARD, ASIDE))
    op.add_column("young_person", sa.Column("name_said", sa.String(), nullable=True))
    op.add_column("young_person", sa.Column("is_called_up", sa.Boolean(), server_default=sa.true(), nullable=False))
    for column in ("own_line", "head_name", "head_title"):
        op.add_column("organisation", sa.Column(column, sa.String(), nullable=True))


def downgrade() -> None:
    for column in ("head_title", "head_name", "own_line"):
        op.drop_column("organisation", column)
    op.drop_column("young_person", "is_called_up")
    op.drop_column("young_person", "name_said")
    _replace_guards((NEW_AWARD, ASIDE), ())
    # What only this revision knows stops the way down here.
    _change_reasons(OLD_REASONS)
    op.drop_column("award", "issue_from")
    _replace_guards((), (OLD_AWARD, ASIDE))


def _change_reasons(reasons: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_award_set_aside_reason_is_known"), "award_set_aside", type_="check")
        op.create_check_constraint(op.f("ck_award_set_aside_reason_is_known"), "award_set_aside", reasons)
        return
    # SQLite changes no check of a table that stands, so the table is made anew; no key points at it.
    columns = ", ".join(SET_ASIDE)
    op.execute(f"CREATE TABLE award_set_aside_before AS SELECT {columns} FROM award_set_aside")  # noqa: S608  # nosec B608
    for column in ("enrolment_id", "organisation_id"):
        op.drop_index(op.f(f"ix_award_set_aside_{column}"), table_name="award_set_aside")
    op.drop_table("award_set_aside")
    op.create_table(
        "award_set_aside",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("set_aside_by", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(reasons, name=op.f("ck_award_set_aside_reason_is_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_award_set_aside_organisation_id")
        ),
        _points_at("award_id", "award"),
        _points_at("enrolment_id", "enrolment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_set_aside")),
        sa.UniqueConstraint("award_id", name=op.f("uq_award_set_aside_award_id")),
    )
    op.execute(f"INSERT INTO award_set_aside ({columns}) SELECT * FROM award_set_aside_before")  # noqa: S608  # nosec B608
    op.drop_table("award_set_aside_before")
    for column in ("enrolment_id", "organisation_id"):
        op.create_index(op.f(f"ix_award_set_aside_{column}"), "award_set_aside", [column], unique=False)


def _points_at(column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_award_set_aside_organisation_id_{column}"),
    )


def _replace_guards(old: tuple[Guard, ...], new: tuple[Guard, ...]) -> None:
    bind = op.get_bind()
    for guard in old:
        for statement in drop_statements(guard, bind.dialect.name):
            bind.exec_driver_sql(statement)
    for guard in new:
        for statement in create_statements(guard, bind.dialect.name):
            bind.exec_driver_sql(statement)
