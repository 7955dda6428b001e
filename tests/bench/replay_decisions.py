"""How long 10 000 recorded decisions take to be decided again from the change log of the rights; all must be equal."""

from __future__ import annotations

import sys
import time

from rights.replay import Replay
from tests.rights.builders import the_table
from tests.rights.replaying import lived


def main() -> None:
    """Prints the CPU time; ends with 1 when one decision comes out otherwise."""
    decisions = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    logged = lived(decisions)
    begun = time.process_time()
    report = Replay({the_table().hash: the_table()}, logged.anchors)(logged.log, logged.read())
    taken = time.process_time() - begun
    print(f"{report.decided} decisions over {len(logged.log)} revisions: {taken:.2f} s CPU")
    print(f"{len(report.problems)} came out otherwise")
    sys.exit(1 if report.problems else 0)


if __name__ == "__main__":
    main()
