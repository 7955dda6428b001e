"""How long to wait, in words."""

from __future__ import annotations

from math import ceil

from flask_babel import gettext, ngettext

_MINUTE_S = 60
_HOUR_S = 3600


def wait_sentence(seconds: int) -> str:
    """After too many failures."""
    if seconds < _MINUTE_S:
        wait = ngettext("%(num)d seconde", "%(num)d secondes", seconds)
    elif seconds < _HOUR_S:
        wait = ngettext("%(num)d minute", "%(num)d minutes", ceil(seconds / _MINUTE_S))
    else:
        wait = ngettext("%(num)d heure", "%(num)d heures", ceil(seconds / _HOUR_S))
    return str(gettext("Trop d'essais ont échoué. Attendez %(wait)s, puis réessayez.", wait=wait))
