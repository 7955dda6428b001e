"""A figure over time as the points of an SVG picture, oldest on the left; the numbers are in a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 180
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 12, 26
_STEPS = (10, 20, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000)


@dataclass(frozen=True)
class Chart:
    """`lines` are runs of "x,y" points without a hole; `dots` single points; `levels` are (y, value) of the scale."""

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    levels: tuple[tuple[float, int], ...]
    months: tuple[tuple[float, str], ...]


def history_chart(values: Sequence[int | None], months: Sequence[str]) -> Chart | None:
    """The picture of a history, newest first. None when fewer than two values are known."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    step = next((step for step in _STEPS if max(known) <= 4 * step), _STEPS[-1])
    top = step * max(1, -(-max(known) // step))
    across = (WIDTH - LEFT - RIGHT) / max(1, len(values) - 1)

    def place(position: int, value: int) -> tuple[float, float]:
        return round(LEFT + across * position, 1), round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top), 1)

    runs: list[list[tuple[float, float]]] = [[]]
    for position, value in enumerate(reversed(values)):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place(position, value))
    shown = [position for position in range(len(months)) if position % 6 == 0 or position == len(months) - 1]
    shown = [position for position in shown if position == len(months) - 1 or len(months) - 1 - position >= 6]
    return Chart(
        lines=tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(run[-1] for run in runs if run),
        levels=tuple((place(0, level)[1], level) for level in range(0, top + 1, step)),
        months=tuple((place(position, 0)[0], list(reversed(months))[position]) for position in shown),
    )
