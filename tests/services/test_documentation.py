"""The examples of docs/reference/rest.md, sent to a real server."""

from collective.hoard.testing.samples import make_form
from pathlib import Path
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
import json
import pytest
import re
import requests
import transaction


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rest.md"
SAMPLE_ID = "1882517872499202812"
SITE = "https://example.org"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")


def examples():
    """``(request, answer)`` pairs, in the order of the page."""
    blocks = re.findall(r"^```http\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    return list(zip(blocks[::2], blocks[1::2], strict=True))


def parts(block):
    """First line, headers and body of a message."""
    head, _empty, body = block.partition("\n\n")
    first, *headers = head.strip().splitlines()
    return first, dict(line.split(": ", 1) for line in headers), body


def send(site, block, key):
    first, headers, body = parts(block)
    method, path, _version = first.split()
    auth = None
    if headers.pop("Authorization", None):
        auth = (SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    url = site + path.replace(SAMPLE_ID, key)
    return requests.request(
        method, url, data=body.encode(), headers=headers, auth=auth, timeout=30
    )


def normal(text, site, key):
    """JSON data with the same address, id and time on the page and in the test."""
    text = text.replace(site, SITE).replace(key, SAMPLE_ID)
    return json.loads(TIME.sub("TIME", text)) if text.strip() else None


@pytest.fixture
def site(server):
    make_form()
    transaction.commit()
    return server["portal"].absolute_url()


def test_every_example_is_true(site):
    key = SAMPLE_ID
    assert len(examples()) >= 8
    for request, expected in examples():
        answer = send(site, request, key)
        if answer.status_code == 201:
            key = answer.json()["id"]

        first, headers, body = parts(expected)
        assert first == f"HTTP/1.1 {answer.status_code} {answer.reason}", request
        assert headers.keys() <= answer.headers.keys()
        assert normal(answer.text, site, key) == normal(body, site, key), request
