"""Results of one moment that differ are samples of their own.

Status and code become parts of the keys; no code is a number there.
"""

from alembic import op
import sqlalchemy as sa


revision = "0003"
down_revision = "0002"

NO_CODE = -2147483648
KEYS = {
    "sample": ("bucket", "check_id", "time", "frac", "source_id", "status", "code"),
    "suppressed": ("check_id", "time", "frac", "source_id", "status", "code"),
}


def upgrade():
    if op.get_bind().dialect.name == "sqlite":
        copy("sample", make_sample, "ms, reason")
        copy("suppressed", make_suppressed, "reason")
        return
    for table, key in KEYS.items():
        op.execute(f"UPDATE {table} SET code = {NO_CODE} WHERE code IS NULL")  # noqa: S608
        op.drop_constraint(f"pk_{table}", table)
        op.alter_column(table, "code", nullable=False)
        op.create_primary_key(f"pk_{table}", table, key)


def copy(table, make, rest):
    """Make the table anew with its rows: SQLite cannot change a key."""
    op.rename_table(table, f"{table}_before")
    make(table)
    *key, _ = KEYS[table]
    names = ", ".join(key)
    op.execute(
        f"INSERT INTO {table} ({names}, code, {rest})"  # noqa: S608
        f" SELECT {names}, COALESCE(code, {NO_CODE}), {rest} FROM {table}_before"
    )
    op.drop_table(f"{table}_before")


def make_sample(table):
    op.create_table(
        table,
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("check_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("frac", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ms", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(*KEYS[table], name="pk_sample"),
        sqlite_with_rowid=False,
    )


def make_suppressed(table):
    op.create_table(
        table,
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("frac", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_id"], ["check_.id"], name="fk_suppressed_check_id"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_suppressed_source_id"
        ),
        sa.PrimaryKeyConstraint(*KEYS[table], name="pk_suppressed"),
        sqlite_with_rowid=False,
    )
