"""Set everything up and run the demo site in the foreground: `make start`.

PORT=8080               where the site answers, on 127.0.0.1
HOARD_ADMIN_PASSWORD=   the password of "admin"; else the one in
                        var/admin-password, which is made up at the first start
"""

from contextlib import ExitStack
from http_client import wait_for
from pathlib import Path
from steps import explain
from steps import give_up
from steps import log_of
from steps import progress
from steps import ROOT
from steps import run_step
from steps import running
from steps import say
from steps import stop_on_signals
import fcntl
import os
import re
import secrets
import set_up
import socket
import subprocess


HOST = "127.0.0.1"
INSTANCE = ROOT / "parts" / "instance"
PASSWORD_FILE = ROOT / "var" / "admin-password"
# What Plone asks of its users' passwords.
SHORTEST_PASSWORD = 8
DATABASE_LOCK = ROOT / "var" / "filestorage" / "Data.fs.lock"
VENV_PYTHON = ROOT / ".venv" / "bin" / "python"
DEMO = [VENV_PYTHON, "-m", "collective.hoard.monitoring.demo"]
# Configuration, tokens and database of the poller.
MONITORING = ROOT / "var" / "monitoring"


def companions(port):
    """Commands that run beside the site and stop with it: ``{name: argv}``.

    The one place to add a process: a poller, a worker.
    """
    if not wants_demo():
        return {}
    poller = [ROOT / "bin" / "hoard-poller", "run", "--config"]
    return {
        "targets": [*DEMO, "targets", MONITORING],
        "poller": [*poller, MONITORING / "poller.toml"],
    }


def wants_demo():
    return os.environ.get("HOARD_DEMO") != "no"


def prepare_monitoring(port):
    """Make the poller's database with a month of history, or keep it."""
    if not wants_demo():
        return
    run_step(
        "Preparing monitoring",
        [*DEMO, "prepare", MONITORING, "--site-port", str(port)],
        "read the log; to begin with an empty history, move var/monitoring away.",
    )


def environment(**more):
    """What the site's processes know of monitoring: where its files are."""
    if wants_demo():
        more["HOARD_DEMO_MONITORING"] = os.fspath(MONITORING)
        more["HOARD_VITALS_TOKEN_FILE"] = os.fspath(MONITORING / "vitals-token")
    return dict(os.environ, **more)


def main():
    stop_on_signals()
    try:
        serve()
    except KeyboardInterrupt:
        say("\nStopped.")


def serve():
    port = wanted_port(os.environ.get("PORT") or "8080")
    check_port(port)
    check_database()
    given = os.environ.pop("HOARD_ADMIN_PASSWORD", "")
    if given and len(given) < SHORTEST_PASSWORD:
        give_up(
            "HOARD_ADMIN_PASSWORD is too short.\n"
            f"What to do: give it at least {SHORTEST_PASSWORD} characters."
        )
    if not (ROOT / "var" / "filestorage" / "Data.fs").exists():
        say("Setting collective.hoard up; the first time takes some minutes.")
    set_up.main()
    prepare_monitoring(port)
    password = admin_password(given)
    run_step(
        "Preparing the site",
        [ROOT / "bin" / "instance", "run", ROOT / "scripts" / "create_site.py"],
        "read the log; to begin with an empty database, move var/filestorage away.",
        env=environment(HOARD_ADMIN_PASSWORD=password),
    )
    run_site(port, password)


def wanted_port(text):
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    give_up(f"PORT={text} is no port.\nWhat to do: PORT=8081 make start")


def check_port(port):
    """Give up if something listens at *port* or we may not."""
    with socket.socket() as probe:
        # Connections of a site just stopped linger, and do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            give_up(
                f"Port {port} cannot be used: {error.strerror}.\nWhat to do: stop "
                f"what runs there, or take another port: PORT={port + 1} make start"
            )


def check_database():
    """Give up if the site runs already, at whatever port."""
    if not DATABASE_LOCK.exists():
        return
    with DATABASE_LOCK.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            give_up(
                "The database is in use: the site of this directory runs already.\n"
                "What to do: use that one, or stop it first."
            )


def admin_password(given):
    """The password to set and print; kept for the next start."""
    known = PASSWORD_FILE.read_text().strip() if PASSWORD_FILE.exists() else ""
    password = given or known or secrets.token_urlsafe(12)
    if password != known:
        PASSWORD_FILE.unlink(missing_ok=True)
        PASSWORD_FILE.parent.mkdir(exist_ok=True)
        handle = os.open(PASSWORD_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w") as file:
            file.write(f"{password}\n")
    return password


def run_site(port, password):
    address = f"http://{HOST}:{port}/hoard"
    log = log_of("site")
    with ExitStack() as processes:
        site = processes.enter_context(
            running(site_command(port), log, env=environment())
        )
        with progress("Starting the site"):
            answered = wait_for(address, site)
        if not answered:
            explain("Starting the site", None, log, "read the log.")
        for name, command in companions(port).items():
            processes.enter_context(running(command, log_of(name)))
        say(f"\n  The site     {address}\n  Log          var/log/instance.log")
        if wants_demo():
            say(f"  Monitoring   {address}/@@hoard-monitoring")
        say("  Stop it      Ctrl-C")
        say(f"  Log in       {address}/login\n  Name         admin")
        say(f"  Password     {password}")
        wait_for_end(site)
        explain("Running the site", None, log, "read the log, then make start again.")


def site_command(port):
    """Zope's own server, on buildout's configuration but for the port."""
    config = (INSTANCE / "etc" / "wsgi.ini").read_text()
    config = re.sub(r"(?m)^(fast-listen) = .*$", rf"\1 = {HOST}:{port}", config)
    place = Path(ROOT, "var", "start.ini")
    place.write_text(config)
    return [INSTANCE / "bin" / "interpreter", "-m", "Zope2.Startup.serve", place]


def wait_for_end(process):
    """Wait until *process* ends, or whoever started us is gone."""
    parent = os.getppid()
    while os.getppid() == parent:
        try:
            return process.wait(1)
        except subprocess.TimeoutExpired:
            pass
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
