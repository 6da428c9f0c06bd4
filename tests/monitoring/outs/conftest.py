"""A database with a few checks, one of them with a name that hurts."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import ensure_schema
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import Sample
import os
import pytest
import time


HOSTILE = 'a "quoted" \\ name\n{x="1"} | crit'


@pytest.fixture
def now():
    return int(time.time())


@pytest.fixture
def database(tmp_path, now):
    """Its URL."""
    url = f"sqlite:///{tmp_path / 'monitoring.db'}"
    engine = open_engine(url)
    ensure_schema(engine)
    store = Store(engine)
    store.ensure_source("probe", kind="push")
    for name in ("web", "mail", "cellar", HOSTILE):
        store.ensure_check(name, kind="passive")
    store.record(
        [
            Sample("web", "probe", now - 5, "ok", 200, 123.5),
            Sample("mail", "probe", now - 5, "crit", 0, reason="timeout"),
            Sample("cellar", "probe", now - 5, "warn", values={"temp": (7.5, "C")}),
            Sample(HOSTILE, "probe", now - 5, "ok", values={'n"\n': (1.0, 'x"')}),
        ]
    )
    engine.dispose()
    return url


@pytest.fixture
def require_program():
    """``require_program(path)``: skip, or fail, where it is not installed."""

    def require(path):
        if not os.access(path, os.X_OK):
            text = f"{path} is not installed"
            required = os.environ.get("HOARD_REQUIRE_SERVICES")
            (pytest.fail if required else pytest.skip)(text)
        return path

    return require
