"""Processes that import a file in small steps and die while they do: `python -m tests.cdap.importing`.

For each line "FILE MILLISECONDS" it is given, it forks a process that imports the file and kills itself with SIGKILL
after so many milliseconds, wherever it is then (0: never), and says "SIGNAL RESUMED_AFTER" of it: the signal that
ended it (0: none) and the line after which it went on.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from cdap.adapters.files.json_lines import DossierFile
from cdap.bootstrap import dossier_import
from cdap.settings import CdapSettings
from cdap.use_cases.import_dossiers import ImportChoices
from servicekit.settings import load_settings

STEPS = ImportChoices(chunk_lines=5, checkpoint_lines=10)


def main() -> int:
    """Work off the lines."""
    for line in sys.stdin:
        path, milliseconds = line.split()
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            os.write(writing, str(_import(Path(path), int(milliseconds))).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as told:
            resumed_after = told.read()
        _, status = os.waitpid(process, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, resumed_after or "-", flush=True)
    return 0


def _import(path: Path, milliseconds: int) -> int:
    with DossierFile(path) as file, dossier_import(load_settings(CdapSettings, None), STEPS) as import_dossiers:
        if milliseconds:
            killer = threading.Timer(milliseconds / 1000, os.kill, (os.getpid(), signal.SIGKILL))
            killer.daemon = True
            killer.start()
        report = import_dossiers(file)
    if not report.is_in_force:
        raise RuntimeError("the file was refused")
    return report.resumed_after


if __name__ == "__main__":
    raise SystemExit(main())
