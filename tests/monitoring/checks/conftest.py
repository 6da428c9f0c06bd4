from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.runners import prepare
from collective.hoard.monitoring.checks.runners import Runners
from collective.hoard.monitoring.checks.surroundings import Surroundings
import asyncio
import pytest


@pytest.fixture
def run():
    """``run(kind, address, ..., around=)``: the outcome of one check."""

    def run_one(kind, address="", port=None, around=None, **fields):
        around = around or Surroundings()
        spec = CheckSpec(1, kind, address, port, **{"trusted": True, **fields})
        prepared = prepare(spec, around)

        async def work():
            runners = Runners(around)
            try:
                return await runners.run(prepared)
            finally:
                await runners.stop(0)

        return asyncio.run(work())

    return run_one


@pytest.fixture
def ask(run, target):
    """``ask(path, **params)``: the outcome of an HTTP check of the target."""

    def ask_path(path, timeout=20, around=None, trusted=True, **params):
        params["path"] = path
        return run(
            "http",
            target.host,
            target.port,
            around,
            params=params,
            timeout=timeout,
            trusted=trusted,
        )

    return ask_path
