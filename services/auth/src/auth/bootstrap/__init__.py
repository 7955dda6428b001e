"""Builds the objects of auth, room by room; the only package that names concrete classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auth.settings import AuthSettings
    from servicekit.process import Parts, Process


def build(settings: AuthSettings, parts: Parts) -> Process:
    """See `process`. A command that needs one part of it does not load the rest."""
    from auth.bootstrap.process import build_process

    return build_process(settings, parts)
