"""Build the production profile, exercise it, stop it: `make production`.

Builds into var/production with a venv of its own that holds no development
tools, starts the ZEO server and both instances on free ports, writes through
one instance and reads through the other, has bin/outbox deliver what a script
put into the outbox, and stops everything.
"""

from base64 import b64encode
from contextlib import ExitStack
from http_client import get
from http_client import post
from http_client import wait_for
from packages import canonical
from packages import PRODUCTION
from steps import explain
from steps import give_up
from steps import log_of
from steps import progress
from steps import ROOT
from steps import run_step
from steps import running
from steps import say
from steps import stop_on_signals
import json
import os
import secrets
import set_up
import shutil
import socket
import subprocess


VENV = ROOT / ".venv-production"
PLACE = ROOT / "var" / "production"
READ_THE_LOG = "read the log; make production begins anew each time."
SEND = """\
from collective.hoard.outbox import mark
import transaction

mark(app.hoard, "search", "no-such-form", 1)
transaction.commit()
"""
# None of these may be in a production site.
DEVELOPMENT_TOOLS = ("pytest", "playwright", "ruff", "sphinx", "plone-testing")


def main():
    stop_on_signals()
    try:
        build()
        exercise()
    except KeyboardInterrupt:
        give_up("Stopped.")


def build():
    """A venv, the add-on as a package in it, and buildout's scripts."""
    if set_up.needs_venv(VENV):
        set_up.make_venv(VENV)
    set_up.install_packages(VENV, extras=(), house=PRODUCTION, editable=False)
    check_lean()
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    profile = ROOT / "profiles" / "production.cfg"
    zeo, one, two = free_ports(3)
    run_step(
        "Running buildout with profiles/production.cfg",
        [VENV / "bin" / "buildout", "-c", profile, f"buildout:directory={PLACE}"]
        + [f"ports:zeo={zeo}", f"ports:instance1={one}", f"ports:instance2={two}"],
        READ_THE_LOG,
    )
    (PLACE / "ports.json").write_text(json.dumps([one, two]))


def check_lean():
    """Give up if the venv holds development tools."""
    code = "import importlib.metadata as m; print(*{d.name for d in m.distributions()})"
    python = VENV / "bin" / "python"
    names = subprocess.run([python, "-c", code], check=True, capture_output=True)
    there = {canonical(name) for name in names.stdout.decode().split()}
    if found := there.intersection(DEVELOPMENT_TOOLS):
        give_up(f"Development tools in the production environment: {sorted(found)}")
    say(f"  {len(there)} packages, no development tools among them")


def free_ports(count):
    """Ports that nothing uses now."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in sockets]


def exercise():
    """Write by instance 1, read by instance 2, deliver by the outbox."""
    ports = json.loads((PLACE / "ports.json").read_text())
    one, two = (f"http://127.0.0.1:{port}" for port in ports)
    password = secrets.token_urlsafe(12)
    with ExitStack() as processes:
        start(processes, "zeo", "fg")
        run_step(
            "Creating the site by bin/instance1 run",
            [PLACE / "bin" / "instance1", "run", ROOT / "scripts" / "create_site.py"],
            READ_THE_LOG,
            env=dict(os.environ, HOARD_ADMIN_PASSWORD=password, HOARD_DEMO="no"),
        )
        for name, address in (("instance1", one), ("instance2", two)):
            await_answer(name, f"{address}/hoard", start(processes, name, "console"))
        title = add_page(one, password)
        see_page(two, title)
        start(processes, "outbox")
        see_delivery()
    say("  Stopped both instances, the outbox and the ZEO server")
    check_stopped(ports)


def start(processes, name, *arguments):
    """The instances leave the outbox to the process that is there for it."""
    command = [PLACE / "bin" / name, *arguments]
    env = dict(os.environ, HOARD_OUTBOX="off")
    return processes.enter_context(running(command, log_of(name), env=env))


def await_answer(name, address, process):
    with progress(f"Starting {name}"):
        answered = wait_for(address, process)
    if not answered:
        explain(f"Starting {name}", None, log_of(name), READ_THE_LOG)


def add_page(address, password):
    title = f"Written by instance 1 ({secrets.token_hex(4)})"
    token = b64encode(f"admin:{password}".encode()).decode()
    body = {"@type": "Document", "id": "proof", "title": title}
    status, _ = post(f"{address}/hoard", body, {"Authorization": f"Basic {token}"})
    if status != 201:
        give_up(f"Instance 1 did not store a page: it answered {status}.")
    say(f"  Instance 1 stored a page: {title}")
    # Visitors may see it: publishing is part of the exercise.
    path = f"{address}/hoard/proof/@workflow/publish"
    status, _ = post(path, {}, {"Authorization": f"Basic {token}"})
    if status != 200:
        give_up(f"Instance 1 did not publish the page: it answered {status}.")
    return title


def see_page(address, title):
    status, body = get(f"{address}/hoard/proof")
    if status != 200 or title not in body:
        give_up(f"Instance 2 does not show that page: it answered {status}.")
    say("  Instance 2 shows the page to a visitor")


def see_delivery():
    """Put something into the outbox and wait until it was delivered."""
    script = PLACE / "send.py"
    script.write_text(SEND)
    run_step(
        "Putting a mark into the outbox",
        [PLACE / "bin" / "instance1", "run", script],
        READ_THE_LOG,
    )
    for _ in range(10):
        target = outbox_target("search")
        # Nobody else may deliver here. Who did is only said for as long as the lease
        # lasts, which on a busy machine ends before the question is answered.
        if target["sent"] and not target["pending"]:
            say("  bin/outbox delivered it")
            return
    give_up(f"bin/outbox did not deliver it: {target}")


def outbox_target(name):
    conf = PLACE / "parts" / "instance1" / "etc" / "zope.conf"
    command = [PLACE / "bin" / "hoard-outbox", "status", "--json", "--config", conf]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    try:
        return json.loads(done.stdout)["/hoard"]["targets"][name]
    except (ValueError, KeyError):
        give_up(f"bin/hoard-outbox status says: {done.stdout}{done.stderr[-2000:]}")


def check_stopped(ports):
    for port in ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                give_up(f"Something still answers at port {port}.")


if __name__ == "__main__":
    main()
