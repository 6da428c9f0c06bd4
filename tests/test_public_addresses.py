"""What the Internet may be asked for, and what is inside of the house."""

from collective.hoard.public_addresses import address_of
from collective.hoard.public_addresses import is_public
import pytest


@pytest.mark.parametrize(
    "text",
    [
        "93.184.216.34",
        "2606:2800:220:1::1",
        "2606:2800:220:1::1%eth0",
        "::ffff:93.184.216.34",
        "64:ff9b::5db8:d822",
        "2002:5db8:d822::1",
    ],
)
def test_hosts_of_the_internet(text):
    assert is_public(address_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "224.0.0.251",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2001:0:5ef5:79fb:0:59e:80ff:fffe",  # Teredo of 127.0.0.1
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_everything_else(text):
    assert not is_public(address_of(text))


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f000001"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError):
        address_of(text)
