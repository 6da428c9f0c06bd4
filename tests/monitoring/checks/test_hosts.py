"""What is no host is refused where it is typed: it must not look like one that is down."""

from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.interfaces import CheckUnusable
from collective.hoard.monitoring.checks.runners import prepare
from collective.hoard.monitoring.checks.surroundings import Surroundings
import pytest


PARAMS = {"munin": {"plugins": ["load"]}}


def made(kind, host):
    spec = CheckSpec(
        1, kind, name=host, port=443, params=PARAMS.get(kind, {}), trusted=True
    )
    return prepare(spec, Surroundings())


@pytest.mark.parametrize("kind", ["http", "https", "tcp", "tls", "munin"])
@pytest.mark.parametrize("host", ["https://www.example.org/", "a b", "a..b", "a/b"])
def test_what_is_no_host_is_refused(kind, host):
    with pytest.raises(CheckUnusable, match="neither a host name nor an IP") as caught:
        made(kind, host)

    assert caught.value.field == "host"


@pytest.mark.parametrize("kind", ["http", "https", "tcp", "tls", "munin"])
@pytest.mark.parametrize(
    "host",
    ["localhost", "b\u00fccher.example", "192.0.2.1", "2001:db8::1", "exa_mple.org"],
)
def test_what_is_one_is_taken(kind, host):
    assert made(kind, host).spec.target == host


def test_a_dns_check_asks_for_no_address():
    with pytest.raises(CheckUnusable, match="asks for a name"):
        made("dns", "https://www.example.org/")
