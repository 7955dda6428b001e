"""Imports the registry of extranets, all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from habpps.domain.authorship import OPERATOR
from habpps.domain.profiles import why_profile_refused
from habpps.domain.refusals import ImportRefusedError
from habpps.domain.service_contract import Extranet
from habpps.use_cases.ports import Catalogue
from habpps.use_cases.register import ActEntry, Done, Note, Register
from partnerkit.text import clean_line

KINDS = ("professional", "administration")


class ImportExtranets:
    """Adds and replaces extranets; those that the file does not name stay as they are.

    The list of purposes, which comes with the program, is published along: no right follows from an extranet without.
    """

    act = "habpps.extranets.imported"

    def __init__(self, register: Register, catalogue: Catalogue) -> None:
        self._register = register
        self._catalogue = catalogue

    def __call__(self, extranets: Sequence[Extranet], urls: Mapping[str, str]) -> Done[int]:
        """Import; `urls` replaces addresses by code. Return how many extranets there are in the file.

        Raises:
            ImportRefusedError: each bad item by its path; nothing was written.
        """
        addressed = [replace(one, url=urls.get(one.code, one.url)) for one in extranets]
        problems = {f"--url {code}": "no such extranet" for code in urls.keys() - {one.code for one in extranets}}
        for one in addressed:
            problems |= self._problems(one)
        if problems:
            raise ImportRefusedError(problems)

        def work(entry: ActEntry) -> int:
            for one in addressed:
                entry.save(one)
            for purpose in self._catalogue.purposes.values():
                entry.save(purpose)
            codes = ", ".join(one.code for one in addressed)
            entry.note(Note(act=self.act, subject="file:extranets", organisation_id="", label=codes))
            return len(addressed)

        return self._register.act(OPERATOR, self.act, work)

    def _problems(self, one: Extranet) -> dict[str, str]:
        found = {
            f"{one.code}.{name}": f"clean text of at most {longest} characters was expected"
            for name, text, longest in (("code", one.code, 40), ("label", one.label, 120), ("url", one.url, 300))
            if not text or len(text) > longest or clean_line(text) != text
        }
        if urlsplit(one.url).scheme not in {"http", "https"}:
            found[f"{one.code}.url"] = "an address beginning with https:// was expected"
        if one.kind not in KINDS:
            found[f"{one.code}.kind"] = "professional or administration was expected"
        for profile in one.profiles:
            if why_profile_refused(profile):
                found[f"{one.code}.profiles"] = f"{profile} cannot be used"
        known = self._catalogue.purposes
        for purpose in one.purposes:
            if purpose not in known:
                found[f"{one.code}.purposes"] = f"{purpose} is not in the list of purposes"
            elif not set(known[purpose].profiles) & set(one.profiles):
                found[f"{one.code}.purposes"] = f"{purpose} goes with none of the profiles of this extranet"
        for profile in one.profiles:
            if not any(profile in known[purpose].profiles for purpose in one.purposes if purpose in known):
                found.setdefault(f"{one.code}.profiles", f"{profile} goes with none of the purposes of this extranet")
        return found
