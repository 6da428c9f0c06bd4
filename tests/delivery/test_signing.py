"""Signatures of webhooks, checked as a receiver does it."""

from base64 import b64encode
from collective.hoard.delivery.signing import signature_headers
from pathlib import Path
import pytest
import re


GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "receive-webhooks.md"
ID = "6f0d3f0e-31a5-4b3e-8d4d-0a1b2c3d4e5f"


@pytest.fixture
def verify():
    """The function that the documentation gives to receivers."""
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    found = {}
    exec(example, found)
    return found["verify"]


def headers(body=b'{"a": 1}', secret="s3cret", timestamp=1_700_000_000, id=ID):
    return signature_headers(id, timestamp, body, secret)


def test_the_documented_receiver_accepts_what_we_sign(verify):
    assert verify(b'{"a": 1}', headers(), "s3cret", now=1_700_000_060)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b'{"a": 2}'},
        {"secret": "other"},
        {"now": 1_700_000_900},
        {"now": 1_699_999_000},
        {"headers": {"webhook-id": "6f0d3f0e"}},
        {"headers": {"webhook-timestamp": "1700000001"}},
        {"headers": {"webhook-timestamp": "soon"}},
        {"headers": {"webhook-signature": ""}},
        {"headers": {"webhook-signature": "v1,ü"}},
    ],
)
def test_the_documented_receiver_refuses_all_else(verify, change):
    found = {**headers(), **change.get("headers", {})}
    body = change.get("body", b'{"a": 1}')

    assert not verify(
        body,
        found,
        change.get("secret", "s3cret"),
        now=change.get("now", 1_700_000_060),
    )


def test_parts_cannot_be_moved_between_fields():
    """ "a.1" + "2.x" and "a" + "1.2.x" must not sign alike: ids have no dot."""
    one = headers(id="a", timestamp=12, body=b"x")["webhook-signature"]
    other = headers(id="a", timestamp=1, body=b"2.x")["webhook-signature"]
    assert one != other


def test_two_secrets_give_two_signatures(verify):
    found = headers(secret="old new")

    assert len(found["webhook-signature"].split()) == 2
    for secret in ("old", "new"):
        assert verify(b'{"a": 1}', found, secret, now=1_700_000_000)


def test_a_secret_in_base64_is_decoded():
    secret = "whsec_" + b64encode(b"s3cret").decode()

    assert headers(secret=secret) == headers(secret="s3cret")


def test_without_a_secret_there_is_no_signature():
    assert headers(secret="")["webhook-signature"] == ""
