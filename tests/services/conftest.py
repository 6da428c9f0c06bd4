"""What tests of services share."""

from plone.app.testing import TEST_USER_PASSWORD
import pytest
import requests


@pytest.fixture
def cookie_session(server):
    """Sign somebody in as browsers do: a function of a user id, which returns
    a `requests.Session` with the cookie and no other credentials."""

    def sign_in(user_id, password=TEST_USER_PASSWORD):
        session = requests.Session()
        session.headers["Accept"] = "application/json"
        url = f"{server['portal'].absolute_url()}/login"
        data = {
            "__ac_name": user_id,
            "__ac_password": password,
            "buttons.login": "Log in",
        }
        session.post(url, data=data, headers={"Accept": "text/html"}, timeout=30)
        assert "__ac" in session.cookies
        return session

    return sign_in
