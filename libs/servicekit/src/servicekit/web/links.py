"""Addresses inside this application: where to go on after sign-in, and the same page with another sort or filter."""

from urllib.parse import urlencode, urlsplit

from flask import request

_LONGEST = 2000


def local_path(target: str | None) -> str:
    """`target` when it is a path of this site, else "/". Refuses other sites, `//host`, backslashes and controls."""
    if not target or len(target) > _LONGEST or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(character) < 0x20 or ord(character) == 0x7F for character in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def this_page() -> str:
    """Path and query of the page asked (of the form's own page for a POST)."""
    if request.method in {"GET", "HEAD"}:
        return local_path(request.full_path.rstrip("?"))
    referrer = urlsplit(request.referrer or "")
    if referrer.netloc == request.host and referrer.path:
        return local_path(referrer.path + (f"?{referrer.query}" if referrer.query else ""))
    return local_path(request.path)


def url_with(**changes: object) -> str:
    """This page with some arguments of its query changed; None takes one away. The others survive."""
    arguments: list[tuple[str, str]] = [
        (name, value) for name, value in request.args.items(multi=True) if name not in changes
    ]
    arguments += [(name, str(value)) for name, value in changes.items() if value is not None]
    query = urlencode(arguments)
    path = local_path(request.path)
    return f"{path}?{query}" if query else path
