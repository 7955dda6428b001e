"""The lists that come with the program: Cafs of `partnerkit`, purposes of this package."""

import tomllib
from importlib.resources import files

from habpps.domain.service_contract import Purpose
from habpps.use_cases.ports import Catalogue
from partnerkit.cafs import all_cafs


def load_catalogue() -> Catalogue:
    """Return the lists as they come with the program."""
    text = files("habpps").joinpath("data/purposes.toml").read_text(encoding="utf-8")
    purposes = tomllib.loads(text)
    return Catalogue(
        all_cafs(), {code: Purpose(code, row["label"], tuple(row["profiles"])) for code, row in purposes.items()}
    )
