"""`python -m onebox.dossiers --seed 1 --count 10000 --month 2026-11 --output FILE`: dossiers of nobody."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from onebox.dossiers.generator import MOST_DOSSIERS, write_dossiers
from partnerkit.days import EARLIEST, LATEST, is_plausible

_LONGEST_COUNT = 8  # digits
_CANNOT_WRITE = 2


def _month(text: str) -> date:
    try:
        month_on = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a month such as 2026-11") from None
    if not is_plausible(month_on):
        raise argparse.ArgumentTypeError(f"{text} is not a month between {EARLIEST.year} and {LATEST.year}")
    return month_on


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_COUNT):
        raise argparse.ArgumentTypeError(f"{text[:20]} is not a number of dossiers such as 10000")
    if int(text) > MOST_DOSSIERS:
        raise argparse.ArgumentTypeError(f"{text} is more than {MOST_DOSSIERS}: a matricule has seven digits")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file; 2 when the command line or the file is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m onebox.dossiers", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same dossiers (default 1)")
    parser.add_argument("--count", type=_count, default=10_000, help="how many dossiers (default 10000)")
    parser.add_argument("--month", type=_month, help="month of the figures, for example 2026-11 (default: this month)")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="JSON Lines file to write")
    asked = parser.parse_args(argv)
    month_on = asked.month or datetime.now(UTC).date().replace(day=1)
    try:
        write_dossiers(asked.output, asked.seed, asked.count, month_on)
    except OSError as error:
        sys.stderr.write(f"onebox.dossiers: the file {asked.output} cannot be written: {error.strerror}\n")
        return _CANNOT_WRITE
    sys.stdout.write(f"{asked.count} synthetic dossiers of {month_on:%Y-%m} in {asked.output}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
