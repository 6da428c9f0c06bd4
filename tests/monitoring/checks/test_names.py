"""DNS checks against a name server of our own."""

from contextlib import contextmanager
from dns import flags
from dns import message
from dns import rcode
from dns import rrset
import pytest
import socket
import threading


ZONE = {
    ("www.example.", "A"): ["192.0.2.1", "192.0.2.2"],
    ("example.", "MX"): ["10 mail.example."],
    ("example.", "TXT"): ['"v=spf1 -all"'],
    ("alias.example.", "CNAME"): ["www.example."],
}


@contextmanager
def name_server(answer=True):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        threading.Thread(target=serve, args=(server, answer), daemon=True).start()
        yield server.getsockname()[1]


def serve(server, answer):
    while True:
        try:
            data, client = server.recvfrom(4096)
        except OSError:
            return
        if not answer:
            continue
        if answer == "garbage":
            server.sendto(b"\0\1\2" * 20, client)
            continue
        server.sendto(reply(message.from_wire(data)).to_wire(), client)


def reply(query):
    question = query.question[0]
    name = question.name.to_text()
    response = message.make_response(query)
    response.flags |= flags.RA
    kind = question.rdtype.name
    if rows := ZONE.get((name, kind)):
        response.answer.append(rrset.from_text(name, 60, "IN", kind, *rows))
    elif not any(known == name for known, _ in ZONE):
        response.set_rcode(rcode.NXDOMAIN)
    return response


@pytest.fixture
def look_up(run):
    def look(name, answer=True, **params):
        with name_server(answer) as port:
            timeout = 20 if answer is True else 2
            return run(
                "dns", "127.0.0.1", port, name=name, params=params, timeout=timeout
            )

    return look


@pytest.mark.parametrize(
    "name,params,status,reason",
    [
        ("www.example", {}, "ok", ""),
        ("www.example", {"expect": "192.0.2.2"}, "ok", ""),
        ("www.example", {"expect": ["192.0.2.2", "192.0.2.9"]}, "crit", "match"),
        ("www.example", {"expect": "192.0.2.2", "exact": True}, "crit", "match"),
        ("www.example", {"absent": True}, "crit", "match"),
        ("example", {"record": "MX", "expect": "10 MAIL.example."}, "ok", ""),
        ("example", {"record": "TXT", "expect": '"v=spf1 -all"'}, "ok", ""),
        ("alias.example", {"record": "CNAME", "expect": "www.example"}, "ok", ""),
        ("www.example", {"record": "AAAA"}, "crit", "resolve"),
        ("none.example", {}, "crit", "resolve"),
        ("none.example", {"absent": True}, "ok", ""),
    ],
)
def test_the_answer_is_judged(look_up, name, params, status, reason):
    outcome = look_up(name, **params)
    assert (outcome.status, outcome.reason) == (status, reason)


def test_a_silent_server_is_a_time_out(look_up):
    outcome = look_up("www.example", answer=False)
    assert (outcome.code, outcome.reason) == (0, "timeout")


def test_a_server_that_speaks_nonsense_is_down(look_up):
    outcome = look_up("www.example", answer="garbage")
    assert (outcome.status, outcome.code) == ("crit", 0)
