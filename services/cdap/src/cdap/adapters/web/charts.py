"""A figure over time as the points of an SVG picture, oldest on the left; the numbers are in a table beside it.

The picture is drawn for the width of a phone, so that its letters are readable there; on a wide screen it grows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 340, 200
LEFT, RIGHT, TOP, BOTTOM = 58, 10, 12, 30
_STEPS = (10, 20, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_MOST_LEVELS = 4


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`lines` are runs of "x,y" points without a hole; `dots` single points; `levels` are (y, value) of the scale.

    `months` are (x, month) of the three that are named; `first` and `last` the ends, "2024-12".
    """

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    levels: tuple[tuple[float, int], ...]
    months: tuple[tuple[float, str], ...]
    first: str
    last: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def history_chart(values: Sequence[int | None], months: Sequence[str]) -> Chart | None:
    """The picture of a history, newest first. None when fewer than two values are known."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    step = next(step for step in _STEPS if max(known) <= _MOST_LEVELS * step)
    top = step * max(1, -(-max(known) // step))
    across = (WIDTH - LEFT - RIGHT) / (len(values) - 1)

    def place(position: int, value: int) -> tuple[float, float]:
        return round(LEFT + across * position, 1), round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top), 1)

    runs: list[list[tuple[float, float]]] = [[]]
    for position, value in enumerate(reversed(values)):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place(position, value))
    oldest_first = list(reversed(months))
    newest = len(oldest_first) - 1
    return Chart(
        lines=tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(run[-1] for run in runs if run),
        levels=tuple((place(0, level)[1], level) for level in range(0, top + 1, step)),
        months=tuple((place(position, 0)[0], oldest_first[position]) for position in _named(newest)),
        first=oldest_first[0],
        last=oldest_first[newest],
    )


def _named(newest: int) -> tuple[int, ...]:
    """Positions of the months that are written: both ends, and the middle when there is room for it."""
    return (0, newest // 2, newest) if newest >= 4 and newest % 2 == 0 else (0, newest)
