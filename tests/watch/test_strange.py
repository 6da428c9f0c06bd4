"""What no browser sends by itself: halves of characters, zero bytes."""

from forms.browsing import contents
from forms.browsing import shows_no_traceback
from forms.browsing import status
from watch.test_changing import token
import pytest


#: Bytes that are no UTF-8, the half of a surrogate pair, a zero byte.
STRANGE = ("%FFa", "%ED%A0%80", "a%00b")
ASKED = (
    "hoard-monitoring?text=",
    "hoard-monitoring?group=",
    "hoard-monitoring?status=",
    "hoard-check/1?days=",
    "hoard-check/1/latency?since=",
    "hoard-availability?group=",
    "hoard-availability?format=csv&group=",
    "hoard-availability?since=",
    "hoard-rules?explain=",
    "hoard-rules-edit?kind=rule&name=",
    "hoard-rules-edit?text=",
    "hoard-incidents/1?title=",
    "hoard-maintenance?title=",
    "hoard-check-edit?name=",
    "hoard-check-edit?id=",
    "hoard-checks-import?text=",
    "hoard-wall?group=",
    "hoard-badge?group=",
    "hoard-badge?check=",
    "hoard-changes?silent=",
    "hoard-changes?since=",
    "hoard-portlet?group=",
    "hoard-metering?month=",
)
SENT = (
    ("hoard-incidents/1", "note=1&text="),
    ("hoard-incidents/1", "publish=1&title="),
    ("hoard-check/1", "acknowledge=1&text="),
    ("hoard-maintenance", "add=1&since=2027-01-01T08:00&until=2027-01-01T09:00&title="),
    ("hoard-maintenance", "add=1&title=a&selector="),
    ("hoard-check-edit", "kind=https&host="),
    ("hoard-check-edit", "kind=https&host=a.example.org&groups="),
    ("hoard-check-edit", "kind=https&host=a.example.org&params="),
    ("hoard-rules-edit", "text="),
    ("hoard-rules-edit", "preview=1&text="),
    ("hoard-rules-edit", "remove=1&kind=rule&name="),
    ("hoard-checks-import", "text=kind,host%0Ahttps,"),
    ("hoard-checks-import", "confirm=1&text=kind,host%0Ahttps,"),
)


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("page", ASKED)
def test_an_address_may_hold_anything(user, url, page, strange):
    user.open(f"{url}{page}{strange}")

    assert status(user) < 500, contents(user)
    assert shows_no_traceback(user)


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("page,body", SENT)
def test_a_form_may_hold_anything(user, url, page, body, strange):
    user.open(f"{url}hoard-incidents/1")

    user.post(f"{url}{page}", f"_authenticator={token(user)}&{body}{strange}")

    assert status(user) < 500, contents(user)
    assert shows_no_traceback(user)
    user.open(f"{url}{page}")
    assert status(user) == 200
