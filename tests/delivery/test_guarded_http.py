"""Addresses that a person typed do not open our network."""

from collective.hoard.delivery import guarded_http
from collective.hoard.delivery.guarded_http import addresses
from collective.hoard.delivery.guarded_http import AddressRefused
from collective.hoard.delivery.guarded_http import HttpFailed
from collective.hoard.delivery.guarded_http import is_allowed
from collective.hoard.delivery.guarded_http import post
from collective.hoard.delivery.guarded_http import url_problem
from delivery.web import Web
import pytest
import socket
import ssl
import time


LOCAL = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1",
    "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "192.0.0.1", "198.18.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b:1::7f00:1", "fec0::1",
]  # fmt: skip
NEVER = ["0.0.0.0", "::", "169.254.169.254", "fe80::1", "fe80::1%eth0", "224.0.0.1", "ff02::1", "::ffff:169.254.169.254"]  # fmt: skip


@pytest.mark.parametrize("address", LOCAL)
def test_local_addresses_must_be_allowed(address):
    assert not is_allowed(address)
    assert is_allowed(address, private=True)


@pytest.mark.parametrize("address", NEVER)
def test_some_are_never_allowed(address):
    assert not is_allowed(address)
    assert not is_allowed(address, private=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "8.8.8.8"])
def test_public_addresses_are_allowed(address):
    assert is_allowed(address)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "https://", "https:///x", "javascript:alert(1)", "http://example.org/",
        "https://user:pw@example.org/", "https://user@example.org/", "https://example.org/#x",
        "https://exa mple.org/", "https://example.org:99999/", "https://example.org/\r\nX: y",
        "https://example.org\\@10.0.0.1/", "https://[::1", "//example.org/", "",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url):
    assert url_problem(url)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "0177.0.0.1"],
)
def test_other_spellings_of_here_are_refused(host):
    """However it is spelled: judged is what the connection would go to."""
    with pytest.raises((AddressRefused, HttpFailed)):
        post(f"https://{host}/", b"", {})


def test_one_bad_address_spoils_the_name(monkeypatch):
    resolves(monkeypatch, "93.184.216.34", "10.0.0.1")

    with pytest.raises(AddressRefused):
        addresses("mixed.example.org", 443)


def test_a_name_that_changes_gains_nothing(monkeypatch):
    """DNS rebinding: asked once, and connected to what was judged."""
    asked = resolves(monkeypatch, "93.184.216.34", then="127.0.0.1")
    went = []

    def connect(address, timeout):
        went.append(address)
        raise ConnectionRefusedError("no network in tests")

    monkeypatch.setattr(guarded_http.socket, "create_connection", connect)
    with pytest.raises(HttpFailed):
        post("https://rebinding.example.org/", b"", {})

    assert went == [("93.184.216.34", 443)]
    assert len(asked) == 1


def resolves(monkeypatch, *answers, then=None):
    """Let names resolve to *answers*, the second time to *then*; the calls."""
    calls = []

    def getaddrinfo(host, port, **kw):
        calls.append(host)
        found = [then] if then and len(calls) > 1 else answers
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in found]

    monkeypatch.setattr(guarded_http.socket, "getaddrinfo", getaddrinfo)
    return calls


@pytest.fixture
def web():
    with Web() as web:
        yield web


def test_it_posts_what_it_is_given(web):
    answer = post(f"{web.url}/in?a=1", b"body", {"X-One": "1"}, private=True)

    assert answer.status == 200
    (request,) = web.requests
    assert (request.path, request.body) == ("/in?a=1", b"body")
    assert request.headers["X-One"] == "1"
    assert request.headers["Host"] == web.url.removeprefix("http://")


def test_redirects_are_not_followed(web):
    web.answers = [(307, {"Location": f"{web.url}/other"}, b"")]

    assert post(web.url, b"", {}, private=True).status == 307
    assert len(web.requests) == 1


def test_an_endless_answer_is_cut(web):
    web.answers = [(200, {}, b"x" * 5_000_000)]

    assert len(post(web.url, b"", {}, private=True).body) == guarded_http.MAX_ANSWER


@pytest.mark.parametrize("slow", ["status", "headers", "body"])
def test_a_slow_answer_ends_in_time(web, monkeypatch, slow):
    """A byte now and then keeps a mere time-out from ever striking."""
    monkeypatch.setattr(guarded_http, "TIMEOUT", 1)
    web.drip = slow
    started = time.monotonic()

    with pytest.raises(HttpFailed) as caught:
        post(web.url, b"", {}, private=True)

    assert "did not answer in time" in str(caught.value)
    assert time.monotonic() - started < 10


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path):
    with Web(tls=tmp_path) as web, pytest.raises(HttpFailed) as caught:
        post(web.url, b"", {}, private=True)
    assert "certificate" in str(caught.value)
    assert not web.requests


def test_a_certificate_of_another_host_is_refused(tmp_path):
    with Web(tls=tmp_path, name="other.example.org") as web:
        trusted = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        with pytest.raises(HttpFailed):
            post(web.url, b"", {}, private=True, context=trusted)
    assert not web.requests


def test_a_good_certificate_is_fine(tmp_path):
    with Web(tls=tmp_path) as web:
        trusted = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        assert post(web.url, b"x", {}, private=True, context=trusted).status == 200


@pytest.mark.parametrize(
    "noise", [b"", b"hello\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 70_000]
)
def test_what_is_no_http_is_told(web, noise):
    web.noise = noise

    with pytest.raises(HttpFailed):
        post(web.url, b"", {}, private=True)
