"""The four services run once for the tests of this folder, and during no other: their threads go on all the time."""

from collections.abc import Iterator

import pytest

from tests.whole.house import Whole, four_services


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Whole]]:
    """By name, all well."""
    with four_services(tmp_path_factory.mktemp("house")) as running:
        yield running
