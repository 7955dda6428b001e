"""Whether a request was made by a page of ours, told by the browser itself (Fetch Metadata, RFC 6454 §7).

For an act that must succeed from any page of ours, however old: signing out. A CSRF token lives as long as the cookie
of the forms, which ends with every sign-out; the origin of a page never ends. Nothing else may rely on it: the cookie
of the session is SameSite=Lax besides, so that a POST from another site signs nobody out.
"""

from urllib.parse import urlsplit

from flask import request


def sent_by_our_page(public_url: str) -> bool:
    """False when the browser says that the page which sent this request is of another origin.

    `public_url`: the address that people type. A browser that says nothing at all is believed: what it sends then is
    protected by the SameSite cookie alone.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    ours = urlsplit(public_url)
    return origin == f"{ours.scheme}://{ours.netloc}"
