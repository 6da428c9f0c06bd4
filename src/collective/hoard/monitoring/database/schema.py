"""Which version the tables have, and bringing them to ours."""

from ..interfaces import DatabaseMissing
from ..interfaces import SchemaNewer
from ..interfaces import SchemaOlder
from pathlib import Path
from sqlalchemy import inspect
from sqlalchemy import select
from sqlalchemy import table
from sqlalchemy import text


#: The revisions of the tables, oldest first; the last is this version's.
REVISIONS = ("0001", "0002", "0003")
VERSIONS = table("alembic_version")
FOLDER = Path(__file__).parent / "migrations"


def revision(engine):
    """The revision of the database, or None where it has no tables."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.begin() as connection:
        return connection.scalar(select(text("version_num")).select_from(VERSIONS))


def check_schema(engine):
    """Raise unless the tables are exactly those of this version.

    :raises DatabaseMissing: There are none.
    :raises SchemaOlder: They must be migrated.
    :raises SchemaNewer: This package must be updated.
    """
    found = revision(engine)
    if found is None:
        raise DatabaseMissing(
            "The monitoring database has no tables yet: run 'hoard-poller migrate'."
        )
    if found not in REVISIONS:
        raise SchemaNewer(
            f"The monitoring database was made by a newer version (its tables are"
            f" of revision {found}, known up to {REVISIONS[-1]}):"
            " update collective.hoard here."
        )
    if found != REVISIONS[-1]:
        raise SchemaOlder(
            f"The tables of the monitoring database are of revision {found}, needed"
            f" is {REVISIONS[-1]}: run 'hoard-poller migrate'."
        )


def migrate(engine):
    """Bring the tables to this version; ``(revision before, after)``.

    :raises SchemaNewer: They are of a newer version; nothing is touched.
    """
    before = revision(engine)
    if before is not None and before not in REVISIONS:
        check_schema(engine)
    if before != REVISIONS[-1]:
        upgrade(engine)
    return before, REVISIONS[-1]


def upgrade(engine):
    # Alembic takes a third of a second to load: only where it is needed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def ensure_schema(engine):
    """Make the tables in an empty database; otherwise see `check_schema`.

    Whether they were made: somebody may have mistyped the database.
    """
    new = revision(engine) is None
    if new:
        migrate(engine)
    check_schema(engine)
    return new
