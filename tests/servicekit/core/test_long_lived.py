"""What lives long is not walked over by each full collection, and is freed all the same."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from servicekit.long_lived import long_lived


class Leaf:
    """Something one can refer to weakly."""


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_a_value_that_lives_long_leaves_the_generations_of_the_collector() -> None:
    value = long_lived(lambda: [{"key": [number]} for number in range(5_000)])
    walked = gc.get_objects()
    assert len(value) == 5_000
    assert len(walked) < 5_000
    assert not any(one is value for one in walked)


def test_a_value_without_cycles_is_freed_when_nobody_refers_to_it_any_more() -> None:
    value = long_lived(lambda: [Leaf()])
    watched = weakref.ref(value[0])
    del value
    assert watched() is None


def test_what_was_garbage_before_is_collected_first() -> None:
    leaf = Leaf()
    leaf.__dict__["self"] = leaf
    watched = weakref.ref(leaf)
    del leaf
    long_lived(list)
    assert watched() is None
