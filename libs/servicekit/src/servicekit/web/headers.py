"""Security headers of every answer, and the cache rule: what is personal is never stored.

OWASP ASVS 5.0 §3.4; Content Security Policy Level 3. `form-action` also covers the redirects that follow a form, so
a page whose form ends at another site names that site with `allow_form_target`. A page that holds a frame of another
site names that site with `allow_frame`.
"""

import re
from urllib.parse import urlsplit

from flask import Response, g, request

_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
)
_STATIC_ENDPOINT = "static"
_OWN_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:")
_HOST_AND_PORT = re.compile(r"[A-Za-z0-9._:\[\]-]+")  # nothing else of an address comes into the header


def origin_of(url: str) -> str:
    """https://host:port of an address.

    Raises:
        ValueError: it is not absolute http(s), or its host holds a character that ends a directive.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not _HOST_AND_PORT.fullmatch(parts.netloc):
        raise ValueError("an absolute http(s) address is needed")
    return f"{parts.scheme}://{parts.netloc}"


def allow_form_target(url: str) -> None:
    """Lets the forms of this answer end (after redirects) at the origin of `url`, or at a native application that has
    a scheme of its own, a name with a dot (RFC 8252 §7.1).

    Raises:
        ValueError: neither an absolute http(s) address nor of such a scheme.
    """
    own = _OWN_SCHEME.match(url)
    g.setdefault("form_targets", []).append(own.group() if own is not None else origin_of(url))


def allow_image(url: str) -> None:
    """Lets this answer show pictures of the origin of `url`.

    Raises:
        ValueError: not an absolute http(s) address.
    """
    g.setdefault("image_sources", []).append(origin_of(url))


def allow_frame(url: str) -> None:
    """Lets this answer hold a frame of the origin of `url`; without one, frames may be of this site only.

    Raises:
        ValueError: not an absolute http(s) address.
    """
    g.setdefault("frame_sources", []).append(origin_of(url))


def is_static() -> bool:
    """Whether the request asks for a style sheet, picture or script."""
    endpoint = request.endpoint or ""
    return endpoint == _STATIC_ENDPOINT or endpoint.endswith("." + _STATIC_ENDPOINT)


class SecurityHeaders:
    """Adds the headers; one per application."""

    def __init__(self, public_url: str) -> None:
        """`public_url` decides whether HSTS is sent (https only)."""
        self.form_targets: list[str] = []
        self._https = urlsplit(public_url).scheme == "https"

    def allow_form_target(self, url: str) -> None:
        """Lets the forms of every page end at the origin of `url`.

        Raises:
            ValueError: not an absolute http(s) address.
        """
        origin = origin_of(url)
        if origin not in self.form_targets:
            self.form_targets.append(origin)

    def add(self, response: Response) -> Response:
        """An `after_request` step. A header a view has set itself stays."""
        targets = dict.fromkeys(["'self'", *self.form_targets, *g.get("form_targets", [])])
        images = dict.fromkeys(["'self'", "data:", *g.get("image_sources", [])])
        frames = dict.fromkeys(g.get("frame_sources", []))
        frame_sources = f"frame-src {' '.join(frames)}; " if frames else ""
        policy = (
            f"default-src 'self'; img-src {' '.join(images)}; object-src 'none'; base-uri 'none'; "
            f"frame-ancestors 'none'; {frame_sources}form-action {' '.join(targets)}"
        )
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", _PERMISSIONS)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if self._https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if not is_static():
            headers.setdefault("Cache-Control", "no-store")
            headers.add("Vary", "Accept-Language, Cookie")
        return response
