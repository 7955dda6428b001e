"""The page of the demo's mailbox, and the same as JSON for tests."""

from dataclasses import dataclass
from pathlib import Path

from flask import Response, jsonify, render_template, request

from onebox.inbox.mailbox import Mailbox
from servicekit.web import ServiceApp, create_app, public


@dataclass(frozen=True)
class InboxSettings:
    """What the pages need to know."""

    data_directory: Path
    public_url: str
    service: str = "inbox"
    environment: str = "demo"


def build_app(settings: InboxSettings, mailbox: Mailbox) -> ServiceApp:
    """The application; everybody on this machine may read it."""
    app = create_app("onebox.inbox", service_label="Boîte aux lettres", settings=settings)

    @app.get("/")
    @public
    def messages() -> str:
        recipient = request.args.get("q", "")
        return render_template("inbox.html", mails=mailbox.mails(recipient), recipient=recipient)

    @app.get("/messages.json")
    @public
    def messages_json() -> Response:
        return jsonify([mail.as_json() for mail in mailbox.mails(request.args.get("q", ""))])

    return app
