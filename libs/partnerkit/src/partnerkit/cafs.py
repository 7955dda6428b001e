"""The Cafs: code (NUMORG), name, SIREN, and the clock by which their people work. And numbers as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from partnerkit.days import PARIS
from servicekit.typography import NO_BREAK, typeset

# Time zones of the departments where the clock is not that of Paris (IANA tz database, zone1970.tab).
_OVERSEAS: Mapping[str, tuple[str, str, str]] = {
    "971": ("America/Guadeloupe", "heure de Guadeloupe", "Guadeloupe time"),
    "972": ("America/Martinique", "heure de Martinique", "Martinique time"),
    "973": ("America/Cayenne", "heure de Guyane", "French Guiana time"),
    "974": ("Indian/Reunion", "heure de La Réunion", "Réunion time"),
    "975": ("America/Miquelon", "heure de Saint-Pierre-et-Miquelon", "Saint Pierre and Miquelon time"),
    "976": ("Indian/Mayotte", "heure de Mayotte", "Mayotte time"),
}


@dataclass(frozen=True)
class Caf:
    """A Caf: its code organisme (NUMORG), name and SIREN."""

    code: str
    name: str
    siren: str


@cache
def all_cafs() -> Mapping[str, Caf]:
    """Every Caf by code, those from before the mergers included."""
    found: dict[str, Caf] = {}
    for line in files("partnerkit").joinpath("data/cafs.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, name, siren = line.split("\t")
            found[code] = Caf(code, name.replace("CAF ", "Caf ", 1), siren)  # as pages write it
    return found


def caf_label(code: str) -> str:
    """ "Caf des Hauts-de-Seine (921)"; a code that no Caf has is shown with what it is."""
    known = all_cafs().get(code)
    return f"{typeset(known.name if known is not None else 'Caf')} ({code})"


def siret_label(siret: str) -> str:
    """ "219 209 996 00012", with spaces that do not break; what is no SIRET as it is."""
    if len(siret) != 14 or not (siret.isascii() and siret.isdigit()):
        return siret
    return NO_BREAK.join((siret[:3], siret[3:6], siret[6:9], siret[9:]))


@dataclass(frozen=True)
class CafClock:
    """A time zone and what people call it; `names` by language, empty where it is that of Paris."""

    zone: ZoneInfo
    names: Mapping[str, str]


def clock_of(caf: str) -> CafClock:
    """By which clock the people of a Caf work, and those of its partners."""
    known = _OVERSEAS.get(caf)
    if known is None:
        return CafClock(PARIS, {})
    zone, french, english = known
    return CafClock(ZoneInfo(zone), {"fr": french, "en": english})
