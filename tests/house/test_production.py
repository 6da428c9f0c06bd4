"""The production profile: a ZEO server, two instances, no development tools."""

import os
import pytest
import subprocess


@pytest.mark.slow
def test_it_is_built_used_and_stopped(root, require_service):
    make = require_service("make")
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "MAKEFLAGS")}

    result = subprocess.run(
        [make, "production"], cwd=root, env=env, capture_output=True, text=True
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert "no development tools among them" in result.stdout
    assert "Instance 2 shows the page to a visitor" in result.stdout
    assert "Stopped both instances, the outbox and the ZEO server" in result.stdout
