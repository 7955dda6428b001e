"""python -m onebox.inbox --smtp-port 8425 --web-port 8420: serves until it is interrupted."""

import argparse
import signal
import sys
import tempfile
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from werkzeug.serving import make_server

from onebox.inbox.app import InboxSettings, build_app
from onebox.inbox.mailbox import LARGEST_MAIL_BYTES, Mailbox, Receiver
from servicekit.logging import configure_logging

_HOST = "127.0.0.1"


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 ended as asked, 2 a port cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m onebox.inbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=8425)
    parser.add_argument("--web-port", type=int, default=8420)
    options = parser.parse_args(arguments)
    configure_logging("inbox", "warning")  # aiosmtpd writes addresses at info
    try:
        with tempfile.TemporaryDirectory() as folder:
            _serve(options.smtp_port, options.web_port, Path(folder))
    except (OSError, SystemExit) as error:
        sys.stderr.write(f"inbox: port {options.smtp_port} or {options.web_port} cannot be used: {error}\n")
        return 2
    return 0


def _serve(smtp_port: int, web_port: int, folder: Path) -> None:
    mailbox = Mailbox()
    app = build_app(InboxSettings(folder, f"http://localhost:{web_port}"), mailbox)
    web = make_server(_HOST, web_port, app, threaded=True)
    smtp = Controller(Receiver(mailbox), hostname=_HOST, port=smtp_port, data_size_limit=LARGEST_MAIL_BYTES)
    smtp.start()
    pages = threading.Thread(target=web.serve_forever, name="inbox pages", daemon=True)
    pages.start()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    web.shutdown()
    pages.join(timeout=5)
    web.server_close()
    smtp.stop()


if __name__ == "__main__":
    sys.exit(main())
