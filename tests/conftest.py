"""What every test shares: Hypothesis settings, and a ledger that is not the user's own."""

import os
import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, settings

# A kernel may compile in the middle of an example, so there is no deadline. In CI the examples are
# the same in every run; elsewhere they are random, and a failure prints how to repeat it.
settings.register_profile(
    "assay",
    deadline=None,
    database=None,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("assay")


def pytest_configure(config: pytest.Config) -> None:
    """Point the user's folders at an empty one, before any test module is imported."""
    home = tempfile.mkdtemp(prefix="assay-tests-")
    for name in ("DATA", "STATE", "CACHE", "CONFIG"):
        os.environ[f"XDG_{name}_HOME"] = os.path.join(home, name.lower())
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
