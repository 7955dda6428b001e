"""The four services, once for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.isolation.stage import World
from tests.isolation.world import the_world


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everybody is signed in."""
    with the_world(tmp_path_factory.mktemp("isolation")) as opened:
        yield opened
