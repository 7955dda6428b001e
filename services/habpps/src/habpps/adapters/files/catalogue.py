"""Reads the lists of Cafs and purposes of this package."""

import tomllib
from importlib.resources import files

from habpps.domain.service_contract import Caf, Purpose
from habpps.use_cases.ports import Catalogue


def load_catalogue() -> Catalogue:
    """Return the lists as they come with the program."""
    folder = files("habpps").joinpath("data")
    cafs: dict[str, Caf] = {}
    for line in folder.joinpath("cafs.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, name, siren = line.split("\t")
            cafs[code] = Caf(code, name.replace("CAF ", "Caf ", 1), siren)  # as pages write it
    purposes = tomllib.loads(folder.joinpath("purposes.toml").read_text(encoding="utf-8"))
    return Catalogue(
        cafs, {code: Purpose(code, row["label"], tuple(row["profiles"])) for code, row in purposes.items()}
    )
