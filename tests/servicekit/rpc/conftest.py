"""One test authority for all tests of this folder."""

from pathlib import Path

import pytest

from tests.servicekit.rpc.serving import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority every service of the tests trusts."""
    return Authority.new(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def habpps(authority: Authority) -> Path:
    """Certificate files of the server."""
    return authority.certificate("habpps")


@pytest.fixture(scope="session")
def cdap(authority: Authority) -> Path:
    """Certificate files of the usual caller."""
    return authority.certificate("cdap")
