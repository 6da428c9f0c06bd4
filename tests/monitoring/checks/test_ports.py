"""TCP checks: the port, the banner, what it says to a line."""

from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.interfaces import CheckUnusable
from collective.hoard.monitoring.checks.runners import prepare
from collective.hoard.monitoring.checks.surroundings import Surroundings
from monitoring.checks.targets import port_that
from monitoring.checks.targets import Target
from servers.server import free_port
import asyncio
import pytest


async def mail_server(reader, writer):
    writer.write(b"220 mail.example ESMTP\r\n")
    if (await reader.readline()).startswith(b"QUIT"):
        writer.write(b"221 Bye\r\n")
    await writer.drain()
    writer.close()


async def drip(reader, writer):
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.5)


async def flood(reader, writer):
    while True:
        writer.write(b"y" * 65536)
        await writer.drain()


async def rude(reader, writer):
    writer.close()


@pytest.mark.parametrize(
    "params,status,reason",
    [
        ({}, "ok", ""),
        ({"expect": "^220 "}, "ok", ""),
        ({"send": "QUIT\\r\\n", "expect": "221"}, "ok", ""),
        ({"send": "QUIT\\r\\n", "expect": "500"}, "crit", "match"),
        ({"crit_ms": 0}, "crit", "latency"),
    ],
)
def test_the_banner_is_judged(run, params, status, reason):
    with port_that(mail_server) as port:
        outcome = run("tcp", "127.0.0.1", port, params=params)
    assert (outcome.status, outcome.reason) == (status, reason)


@pytest.mark.parametrize(
    "talk,reason", [(drip, "timeout"), (flood, "match"), (rude, "reset")]
)
def test_a_banner_that_never_comes(run, talk, reason):
    with port_that(talk) as port:
        outcome = run("tcp", "127.0.0.1", port, params={"expect": "^220"}, timeout=2)
    assert (outcome.status, outcome.reason) == ("crit", reason)


def test_a_banner_inside_of_tls(run, certificates):
    around = Surroundings(ca_file=str(certificates.file))
    with Target(certificates.context()) as target:
        params = {
            "tls": True,
            "send": "GET /fine HTTP/1.0\\r\\n\\r\\n",
            "expect": "well",
        }
        outcome = run(
            "tcp", "127.0.0.1", target.port, around, name="localhost", params=params
        )
    assert outcome.status == "ok"


def test_nobody_listens(run):
    port = free_port()
    outcome = run("tcp", "127.0.0.1", port)
    assert (outcome.code, outcome.reason) == (0, "refused")


def test_a_name_that_leads_inside_is_stopped(run):
    assert run("tcp", "localhost", 22, trusted=False) is None


def test_a_port_is_needed():
    with pytest.raises(CheckUnusable, match="needs a port"):
        prepare(CheckSpec(1, "tcp", "mail.example"), Surroundings())
