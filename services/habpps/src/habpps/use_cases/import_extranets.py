"""Imports the registry of extranets, all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from habpps.domain.profiles import why_profile_refused
from habpps.domain.refusals import ImportRefusedError
from habpps.domain.service_contract import Extranet, Purpose
from habpps.use_cases.act_entry import Act, ActEntry, Note
from partnerkit.text import clean_line
from servicekit.event_form import NATIONAL, is_owner

KINDS = ("professional", "administration")


IMPORTED = "habpps.extranets.imported"


@dataclass(frozen=True)
class ImportExtranets(Act[int]):
    """Extranets to add and replace; gives how many. `urls` replaces addresses by code."""

    extranets: tuple[Extranet, ...]
    urls: Mapping[str, str] = field(default_factory=dict)


def import_extranets(entry: ActEntry, act: ImportExtranets) -> int:
    """Add and replace extranets; those that the file does not name stay as they are.

    The list of purposes, which comes with the program, is published along: no right follows from an extranet without.

    Raises:
        ImportRefusedError: each bad item by its path; nothing was written.
    """
    purposes = entry.catalogue.purposes
    addressed = [replace(one, url=act.urls.get(one.code, one.url)) for one in act.extranets]
    problems = {f"--url {code}": "no such extranet" for code in act.urls.keys() - {one.code for one in act.extranets}}
    for one in addressed:
        problems |= _problems(one, purposes)
    if problems:
        raise ImportRefusedError(problems)
    entry.save(*addressed, *purposes.values())
    codes = ", ".join(one.code for one in addressed)
    entry.note(Note(act=IMPORTED, subject="file:extranets", organisation_id="", label=codes))
    return len(addressed)


def _problems(one: Extranet, known: Mapping[str, Purpose]) -> dict[str, str]:
    found = {
        f"{one.code}.{name}": f"clean text of at most {longest} characters was expected"
        for name, text, longest in (("code", one.code, 40), ("label", one.label, 120), ("url", one.url, 300))
        if not text or len(text) > longest or clean_line(text) != text
    }
    if urlsplit(one.url).scheme not in {"http", "https"}:
        found[f"{one.code}.url"] = "an address beginning with https:// was expected"
    found |= _why_kind_refused(one)
    for profile in one.profiles:
        if why_profile_refused(profile):
            found[f"{one.code}.profiles"] = f"{profile} cannot be used"
    for purpose in one.purposes:
        if purpose not in known:
            found[f"{one.code}.purposes"] = f"{purpose} is not in the list of purposes"
        elif not set(known[purpose].profiles) & set(one.profiles):
            found[f"{one.code}.purposes"] = f"{purpose} goes with none of the profiles of this extranet"
    for profile in one.profiles:
        if not any(profile in known[purpose].profiles for purpose in one.purposes if purpose in known):
            found.setdefault(f"{one.code}.profiles", f"{profile} goes with none of the purposes of this extranet")
    return found


def _why_kind_refused(one: Extranet) -> dict[str, str]:
    found: dict[str, str] = {}
    if not is_owner(one.owner):
        found[f"{one.code}.owner"] = "the three digits of a Caf, or national, was expected"
    elif one.kind == "administration" and one.owner != NATIONAL:
        found[f"{one.code}.owner"] = "national was expected: every Caf administers there"
    if one.kind not in KINDS:
        found[f"{one.code}.kind"] = "professional or administration was expected"
    return found
