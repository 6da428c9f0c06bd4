"""All tables of the first release."""

from alembic import op
from collective.hoard.monitoring.database.complete import metadata


revision = "0001"
down_revision = None


def upgrade():
    connection = op.get_bind()
    metadata.create_all(connection)
    if connection.dialect.name == "postgresql":
        # What no daily partition covers: imported history.
        op.execute("CREATE TABLE sample_default PARTITION OF sample DEFAULT")
