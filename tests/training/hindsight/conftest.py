"""The shop of the tests of monitoring."""

from tests.training.monitoring.conftest import quiet, shop

__all__ = ["quiet", "shop"]
