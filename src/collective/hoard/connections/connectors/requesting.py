"""HTTP requests: kept sockets, time-outs, breaker, no redirects."""

from .. import pools
from ..asking import asking
from ..explaining import PASSWORD
from ..interfaces import ServiceDown
from ..interfaces import ServiceRefused
from .trusting import trusted
from collective.hoard import _
from requests.adapters import HTTPAdapter
import requests


#: A gateway or the service itself says that it cannot answer now.
DOWN = (502, 503, 504)
SICK = _("${url} is there but cannot answer now (HTTP ${status}).")


class Requesting:
    """HTTP for one service. Threads may share it: each request has a session of
    its own while it lasts, from a pool of the process."""

    def __init__(self, settings, environment=False):
        self.settings = settings
        self._environment = environment

    def request(self, method, url, headers=None, **arguments):
        """A `requests.Response`, whatever its status but 401, 403 and `DOWN`.

        :raises ServiceDown, ServiceRefused, SecretMissing:
        """
        settings = self.settings
        headers = dict(headers or {})
        auth = self._authorize(headers)
        arguments["timeout"] = (settings.connect_timeout, settings.timeout)
        # A redirect could lead Plone to where nobody allowed it to go.
        arguments["allow_redirects"] = False
        arguments["auth"] = auth
        with asking(settings):
            response = self._send(method, url, headers=headers, **arguments)
            told = {"url": settings.url, "status": response.status_code}
            if response.status_code in (401, 403):
                raise ServiceRefused(_(PASSWORD, mapping=told))
            if response.status_code in DOWN:
                raise ServiceDown(_(SICK, mapping=told))
        return response

    def get(self, url="", **arguments):
        """See `request`."""
        return self.request("GET", url, **arguments)

    def post(self, url="", **arguments):
        """See `request`."""
        return self.request("POST", url, **arguments)

    def close(self):
        """Nothing to do: sockets belong to the pool."""

    def _authorize(self, headers):
        """Basic with a user, else the secret is a bearer token."""
        settings = self.settings
        if settings.user:
            return settings.user, settings.secret
        if settings.secret_reference:
            headers["Authorization"] = f"Bearer {settings.secret}"
        return None

    def _send(self, method, url, **arguments):
        pool = self._pool()
        try:
            with pool.borrow() as (session, is_used):
                return session.request(method, _without_user(url), **arguments)
        except requests.Timeout:
            raise
        except requests.ConnectionError:
            if not is_used:
                raise
        # The server closed the socket while it lay in the pool: once more.
        with pool.borrow() as (session, _is_used):
            return session.request(method, _without_user(url), **arguments)

    def _pool(self):
        settings = self.settings
        return pools.pool(
            ("requests", settings.url, self._environment, settings.timeout),
            settings.url,
            self._session,
            requests.Session.close,
            wait=settings.timeout,
        )

    def _session(self):
        session = requests.Session()
        # Neither proxies nor passwords from the environment or ~/.netrc.
        session.trust_env = self._environment
        file, directory = trusted()
        session.verify = file or directory or True
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=1))
        return session


def _without_user(url):
    """requests would read credentials out of the URL."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"
