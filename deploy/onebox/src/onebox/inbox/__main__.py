"""python -m onebox.inbox --smtp-port 8425 --web-port 8420: serves until it is interrupted."""

import argparse
import signal
import sys
import tempfile
import threading
from pathlib import Path

from aiosmtpd.controller import Controller

from onebox.inbox.app import InboxSettings, build_app
from onebox.inbox.mailbox import LARGEST_MAIL_BYTES, Mailbox, Receiver
from servicekit.cores import kept_on_core
from servicekit.front import Front, FrontOptions, only_pages
from servicekit.health import HealthWatch, health_lane, with_health
from servicekit.logging import configure_logging

_HOST = "127.0.0.1"


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 ended as asked, 2 a port cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m onebox.inbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=8425)
    parser.add_argument("--web-port", type=int, default=8420)
    parser.add_argument("--core-table", type=Path, help="folder in which processes agree on cores")
    options = parser.parse_args(arguments)
    configure_logging("inbox", "warning")  # aiosmtpd writes addresses at info
    try:
        with kept_on_core("auto", options.core_table), tempfile.TemporaryDirectory() as folder:
            _serve(options.smtp_port, options.web_port, Path(folder))
    except (OSError, SystemExit) as error:
        sys.stderr.write(f"inbox: port {options.smtp_port} or {options.web_port} cannot be used: {error}\n")
        return 2
    return 0


def _serve(smtp_port: int, web_port: int, folder: Path) -> None:
    mailbox = Mailbox()
    app = build_app(InboxSettings(folder, f"http://localhost:{web_port}"), mailbox)
    health = HealthWatch({})
    web = Front(with_health(app, health), FrontOptions(_HOST, web_port), health_lane(only_pages))
    smtp = Controller(Receiver(mailbox), hostname=_HOST, port=smtp_port, data_size_limit=LARGEST_MAIL_BYTES)
    smtp.start()
    health.start()
    web.start()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    web.stop(grace_s=5.0)
    health.stop()
    smtp.stop()


if __name__ == "__main__":
    sys.exit(main())
