"""A register in memory."""

import pytest

from tests.habpps.builders import Commune, MemoryRegister


@pytest.fixture
def memory() -> MemoryRegister:
    return MemoryRegister()


@pytest.fixture
def commune(memory: MemoryRegister) -> Commune:
    return memory.all.ready()
