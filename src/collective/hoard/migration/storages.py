"""What a command line names: a FileStorage, or storages in a ZConfig file.

RelStorage and ZEO are imported only when such a file asks for them.
"""

from .interfaces import WrongUse
from .layout import MAGIC_PY2
from .layout import MAGIC_PY3
from .layout import MAGIC_SIZE
from dataclasses import dataclass
from io import StringIO
import os


SCHEMA = """
<schema>
  <import package="ZODB"/>
  <multisection type="ZODB.storage" name="*" attribute="storages"/>
  <multisection type="ZODB.database" name="*" attribute="databases"/>
</schema>
"""


@dataclass
class Database:
    """One database of a run.

    *path* is set for a FileStorage, *factory* opens any other storage.
    """

    name: str
    path: str | None = None
    blobs: str | None = None
    factory: object = None

    def open(self):
        """The storage, for those that are no plain file.

        :raises WrongUse: It cannot be reached.
        """
        try:
            return self.factory.open()
        except Exception as error:  # each kind of storage has errors of its own
            raise WrongUse(
                f"The storage {self.name or 'of the configuration'} cannot be opened:"
                f" {type(error).__name__}: {error}"
            ) from error


def databases(path, blobs=None):
    """The databases that *path* names, as a list of `Database`.

    :raises WrongUse: A configuration that cannot be understood.
    """
    if not is_configuration(path):
        return [Database("", os.fspath(path), blobs)]
    if blobs is not None:
        raise WrongUse("A ZConfig file names its blob folders itself.")
    return _from_configuration(path)


def is_configuration(path):
    """Is it a text file with a section, rather than a Data.fs (to be)?"""
    try:
        with open(path, "rb") as stream:
            start = stream.read(1 << 16)
    except OSError:
        return False
    if start[:MAGIC_SIZE] in (MAGIC_PY2, MAGIC_PY3) or b"\0" in start:
        return False
    return any(line.lstrip().startswith(b"<") for line in start.splitlines())


def _from_configuration(path):
    import ZConfig

    schema = ZConfig.loadSchemaFile(StringIO(SCHEMA))
    try:
        configuration, _ = ZConfig.loadConfig(schema, os.path.abspath(path))
    except (ZConfig.ConfigurationError, ImportError, ValueError) as error:
        raise WrongUse(f"{path} cannot be used: {error}") from error
    found = [_database(section.name, section) for section in configuration.storages]
    for section in configuration.databases:
        name = section.config.database_name or section.name
        found.append(_database(name, section.config.storage))
    names = [database.name for database in found]
    if not found:
        raise WrongUse(f"{path} names no storage.")
    if len(set(names)) != len(names):
        raise WrongUse(f"Each storage of {path} needs a name of its own.")
    return found


def _database(name, section):
    kind = type(section).__name__
    name = name or ""
    config = section.config
    if kind == "FileStorage":
        return Database(name, config.path, config.blob_dir)
    if kind == "BlobStorage" and type(config.base).__name__ == "FileStorage":
        return Database(name, config.base.config.path, config.blob_dir)
    return Database(name, factory=section)


def pairs(sources, destinations):
    """Sources with their destinations, by name.

    :raises WrongUse: The names differ.
    """
    if len(sources) == len(destinations) == 1:
        return [(sources[0], destinations[0])]
    by_name = {database.name: database for database in destinations}
    if {database.name for database in sources} != set(by_name):
        ours, theirs = (
            [d.name or "(no name)" for d in some] for some in (sources, destinations)
        )
        raise WrongUse(
            f"The source has the databases {', '.join(ours)}, the destination"
            f" {', '.join(theirs)}; they have to be the same."
        )
    return [(database, by_name[database.name]) for database in sources]
