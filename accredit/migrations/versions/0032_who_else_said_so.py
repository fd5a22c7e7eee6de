"""Who was asked to work here too, logs of hours that two bring in, and why signing stands still."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.types import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_staff_asked_account_id"
INDEXED = (("hours_log_brought", "organisation_id"), ("hours_log_brought", "brought_by"))


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Written out: Alembic would make the table anew, to which others point.
        op.execute(
            f"ALTER TABLE staff ADD COLUMN asked_account_id CHAR(32) CONSTRAINT {FOREIGN_KEY} REFERENCES account (id)"
        )
    else:
        op.add_column("staff", sa.Column("asked_account_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(FOREIGN_KEY), "staff", "account", ["asked_account_id"], ["id"])
    op.create_index(op.f("ix_staff_asked_account_id"), "staff", ["asked_account_id"], unique=False)
    op.create_table(
        "hours_log_brought",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("brought_by", sa.Uuid(), nullable=False),
        sa.Column("brought_at", UtcDateTime(), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("counted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_hours_log_brought_organisation_id")
        ),
        *(
            sa.ForeignKeyConstraint(
                ["organisation_id", column],
                ["staff.organisation_id", "staff.id"],
                name=op.f(f"fk_hours_log_brought_organisation_id_{column}"),
            )
            for column in ("brought_by", "agreed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_log_brought")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_hours_log_brought_organisation_id_id")),
    )
    for table, column in INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.create_table(
        "standstill",
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_standstill")),
    )


def downgrade() -> None:
    op.drop_table("standstill")
    for table, column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    op.drop_table("hours_log_brought")
    op.drop_index(op.f("ix_staff_asked_account_id"), table_name="staff")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(FOREIGN_KEY), "staff", type_="foreignkey")
    op.drop_column("staff", "asked_account_id")
