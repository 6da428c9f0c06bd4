"""PostgreSQL, without waiting for the disk."""

from .server import find
from .server import has_user
from .server import HOST
from .server import NotThere
from .server import Server
from pathlib import Path
import os
import secrets
import signal
import struct


CONFIGURATION = """
listen_addresses = '{host}'
port = {port}
unix_socket_directories = '{directory}'
shared_buffers = 32MB
# Data survives a kill of the server all the same, not one of the machine.
fsync = off
full_page_writes = off
"""


class PostgreSQL(Server):
    name = "postgresql"
    packages = ("postgresql",)
    # Fast shutdown: does not wait for clients.
    ending = signal.SIGINT
    # It refuses to run as root.
    user = "postgres"
    user_name = "hoard"

    def __init__(self):
        super().__init__()
        self.password = secrets.token_hex(8)

    @property
    def url(self):
        """Of the database that is always there, for SQLAlchemy."""
        return self.url_of("postgres")

    def url_of(self, database):
        who = f"{self.user_name}:{self.password}"
        return f"postgresql+psycopg://{who}@{self.host}:{self.port}/{database}"

    def create_database(self):
        """URL of a fresh, empty database."""
        name = f"hoard_{secrets.token_hex(6)}"
        self.run(find_program("createdb"), name)
        return self.url_of(name)

    def programs(self):
        return {n: find_program(n) for n in ("postgres", "initdb", "createdb")}

    def look(self):
        super().look()
        if os.geteuid() == 0 and not has_user(self.user):
            raise NotThere("postgresql: it refuses root and there is no user postgres")

    def prepare(self):
        password = self.directory / "password"
        password.write_text(self.password)
        password.chmod(0o600)
        if user := self._user():
            os.chown(password, *owner(user))
        options = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8")
        who = ("-U", self.user_name, f"--pwfile={password}")
        self.run(find_program("initdb"), "--no-sync", *options, *who, "data")
        with (self.directory / "data" / "postgresql.conf").open("a") as file:
            file.write(
                CONFIGURATION.format(
                    host=HOST, port=self.port, directory=self.directory
                )
            )

    def command(self):
        return [find_program("postgres"), "-D", self.directory / "data"]

    def environment(self):
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user_name,
            "PGPASSWORD": self.password,
        }

    def answers(self):
        # Version 3.0 of the protocol; "R" asks for the password, "E" refuses.
        who = self.user_name.encode()
        body = struct.pack("!i", 196608) + b"user\0%s\0database\0postgres\0\0" % who
        return self.ask(struct.pack("!i", len(body) + 4) + body) == b"R"


def owner(user):
    import pwd

    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


def find_program(name):
    """Debian keeps them apart by version; the newest comes first."""
    places = Path("/usr/lib/postgresql").glob("*/bin")
    newest = sorted(places, key=lambda p: float(p.parent.name), reverse=True)
    return find(*(str(place / name) for place in newest), name)
