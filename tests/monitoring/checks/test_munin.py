"""A Munin node as a source: Debian's own, and such as misbehave."""

from monitoring.checks.targets import port_that
from servers.server import free_port
import pytest
import subprocess
import time


NODE = {
    b"fetch load": b"load.value 2.5\n.\n",
    b"config load": b"graph_title Load\nload.label load\nload.warning 2\n.\n",
    b"fetch temp": b"a.value U\nb.value 21\n.\n",
    b"config temp": b"b.critical 10:20\n.\n",
}


async def node(reader, writer):
    writer.write(b"# munin node at test.example\n")
    while line := await reader.readline():
        writer.write(NODE.get(line.strip(), b"# Unknown service\n.\n"))
        await writer.drain()


async def stranger(reader, writer):
    writer.write(b"220 mail.example\n")


async def breaker(reader, writer):
    writer.write(b"# munin node at x\nload.val")
    writer.close()


@pytest.mark.parametrize(
    "plugins,params,status",
    [
        (["load"], {}, "warn"),
        (["load"], {"node_thresholds": False}, "ok"),
        (["temp"], {}, "crit"),
        (["none"], {}, "crit"),
        (["load"], {"thresholds": {"load.load": {"crit": "2"}}}, "crit"),
    ],
)
def test_values_are_judged(run, plugins, params, status):
    with port_that(node) as port:
        outcome = run("munin", "127.0.0.1", port, params={"plugins": plugins, **params})
    assert outcome.status == status


def test_values_have_paths(run):
    with port_that(node) as port:
        outcome = run("munin", "127.0.0.1", port, params={"plugins": ["load", "temp"]})
    assert outcome.values == {"load.load": (2.5, ""), "temp.b": (21.0, "")}


@pytest.mark.parametrize("talk,reason", [(stranger, "protocol"), (breaker, "reset")])
def test_what_is_no_node_is_down(run, talk, reason):
    with port_that(talk) as port:
        outcome = run("munin", "127.0.0.1", port, params={"plugins": ["load"]})
    assert (outcome.status, outcome.reason) == ("crit", reason)


@pytest.mark.services
def test_the_node_of_debian(run, tmp_path, require_service):
    program = require_service("munin-node")
    port = free_port()
    (tmp_path / "node.conf").write_text(
        f"host 127.0.0.1\nport {port}\nbackground 0\nsetsid 0\nallow ^127\\.0\\.0\\.1$\n"
        f"log_file {tmp_path}/log\npid_file {tmp_path}/pid\nuser root\ngroup root\n"
    )
    process = subprocess.Popen(
        [program, "--config", tmp_path / "node.conf"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        outcome = answered(run, port)
    finally:
        process.terminate()
        process.wait(60)
    assert outcome.values["load.load"][0] >= 0


def answered(run, port):
    for _ in range(300):
        outcome = run("munin", "127.0.0.1", port, params={"plugins": ["load"]})
        if outcome.reason != "refused":
            return outcome
        time.sleep(0.2)
    return outcome
