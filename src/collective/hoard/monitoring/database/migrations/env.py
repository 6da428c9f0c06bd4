"""Run by Alembic, on the connection that `database.schema.upgrade` hands over."""

from alembic import context
from collective.hoard.monitoring.database.complete import metadata


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite changes a table by copying it.
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
context.run_migrations()
