"""Windows of several lengths in which a source is blind may begin at one time."""

from alembic import op
import sqlalchemy as sa


revision = "0002"
down_revision = "0001"


def upgrade():
    names = "source_id, since, until, reason"
    query = sa.text(f"SELECT {names} FROM blind")  # noqa: S608 - no words from outside
    rows = [dict(row) for row in op.get_bind().execute(query).mappings()]
    op.drop_table("blind")
    made = op.create_table(
        "blind",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_blind_source_id"
        ),
        sa.PrimaryKeyConstraint("source_id", "since", "until", name="pk_blind"),
        sqlite_with_rowid=False,
    )
    if rows:
        op.bulk_insert(made, rows)
