"""Values used lately, kept by number."""

from servicekit.remembered import Remembered


def test_the_value_used_longest_ago_goes_first() -> None:
    remembered: Remembered[str, int] = Remembered(2)
    remembered.put("a", 1)
    remembered.put("b", 2)
    assert remembered.get("a") == 1
    remembered.put("c", 3)
    assert (remembered.get("a"), remembered.get("b"), remembered.get("c")) == (1, None, 3)
    remembered.drop("a")
    remembered.drop("a")
    assert remembered.get("a") is None


def test_a_memory_of_nothing_keeps_nothing() -> None:
    remembered: Remembered[str, int] = Remembered(0)
    remembered.put("a", 1)
    assert remembered.get("a") is None
