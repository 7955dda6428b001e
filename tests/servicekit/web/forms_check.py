"""Finds what answers a form with a page (`servicekit.web.shown_pages`). A test of a service passes its application."""

import re
from collections.abc import Iterable
from pathlib import Path

from flask import Response, g

from servicekit.web import ServiceApp

_FORM = re.compile(r"<form\b(?=[^>]*\bmethod=\"post\")(?![^>]*\baction=)", re.IGNORECASE)


def answering_with_pages(app: ServiceApp) -> set[str]:
    """The endpoints whose answer to a POST stays where it is when it is a page."""
    found: set[str] = set()
    with app.app_context():
        for rule in app.url_map.iter_rules():
            if "POST" not in (rule.methods or ()):
                continue
            path = re.sub(r"<any\(([^)]*)\):\w+>", lambda one: one[1].split(",")[0].strip("' "), rule.rule)
            path = re.sub(r"<int:\w+>", "1", path)
            path = re.sub(r"<uuid:\w+>", "01a22c46-7700-7612-a521-84c751d614c6", path)
            path = re.sub(r"<[^>]+>", "x", path)
            with app.test_request_context(path, method="POST"):
                g.request_id = "7K4Q-2M9D"
                answer = app.process_response(Response("<p>page</p>", mimetype="text/html"))
            if answer.status_code != 303:
                found.add(rule.endpoint)
    return found


def forms_without_address(folders: Iterable[Path]) -> list[str]:
    """Templates with a form that would be sent to whatever page it is shown on."""
    templates = [path for folder in folders for path in folder.rglob("*.html")]
    return [path.name for path in templates if _FORM.search(path.read_text(encoding="utf-8"))]
