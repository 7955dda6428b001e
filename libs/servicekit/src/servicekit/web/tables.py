"""Values that tables and lists are drawn from: columns, the sort asked in the address, the page of a long list."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from flask import request
from markupsafe import Markup, escape

_CELL = re.compile(r"<t([hd])(?=[\s>])")


class Column(NamedTuple):
    """One column. `key` is looked up in each row; `unit` is written after the label."""

    key: str
    label: str
    numeric: bool = False
    sortable: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Sort:
    """The order asked by ?tri=name or ?tri=-name."""

    by: str
    descending: bool = False

    @classmethod
    def from_request(cls, allowed: Collection[str], default: str, *, descending: bool = False) -> "Sort":
        """What the address asks when it is one of `allowed`, else the default."""
        asked = request.args.get("tri", "")
        name = asked.removeprefix("-")
        return cls(name, asked.startswith("-")) if name in allowed else cls(default, descending)

    def argument_for(self, key: str) -> str:
        """The value of ?tri= behind the heading `key`: the same column again turns the order."""
        return f"-{key}" if key == self.by and not self.descending else key


@dataclass(frozen=True)
class Page:
    """Which part of a long list is shown. Numbers start at 1."""

    number: int
    total: int
    size: int = 25

    @classmethod
    def from_request(cls, total: int, size: int = 25) -> "Page":
        """The page asked by ?page=, kept within what exists."""
        asked = request.args.get("page", "1")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1
        return cls(min(max(number, 1), max(ceil(total / size), 1)), total, size)

    @property
    def count(self) -> int:
        """How many pages there are, at least 1."""
        return max(ceil(self.total / self.size), 1)

    @property
    def offset(self) -> int:
        """How many entries come before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """Number of the first entry shown; 0 when there is none."""
        return self.offset + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Number of the last entry shown."""
        return min(self.offset + self.size, self.total)

    @property
    def numbers(self) -> list[int | None]:
        """Page numbers to link: the ends and the neighbours; None is a gap."""
        near = {1, self.count, *range(self.number - 1, self.number + 2)}
        shown: list[int | None] = []
        for number in sorted(n for n in near if 1 <= n <= self.count):
            if shown and shown[-1] is not None and number > shown[-1] + 1:
                shown.append(None)
            shown.append(number)
        return shown


def labelled_cells(cells: str, columns: Sequence[Column]) -> Markup:
    """The cells of one row, drawn by a page, with their roles and the label of their column.

    On a narrow screen a row is drawn as a card: each cell says its label itself (`data-label`), and the roles keep
    the table a table for screen readers although it is no longer drawn as one.
    """
    labels = iter(columns)

    def described(cell: re.Match[str]) -> str:
        column = next(labels, None)
        label = f' data-label="{escape(column.label)}"' if column is not None and column.label else ""
        return f'<t{cell[1]} role="{"rowheader" if cell[1] == "h" else "cell"}"{label}'

    return Markup(_CELL.sub(described, cells))  # noqa: S704 - what Jinja has drawn and escaped already
