"""Real communes with their postal codes, by Caf; and how often each Caf is drawn. People and streets are invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Commune:
    """Name, INSEE code (COG), postal code."""

    name: str
    cog: str
    postal_code: str


def _communes(*rows: tuple[str, str, str]) -> tuple[Commune, ...]:
    return tuple(Commune(*row) for row in rows)


COMMUNES = {
    "921": _communes(
        ("NANTERRE", "92050", "92000"),
        ("COLOMBES", "92025", "92700"),
        ("ASNIERES SUR SEINE", "92004", "92600"),
        ("COURBEVOIE", "92026", "92400"),
        ("GENNEVILLIERS", "92036", "92230"),
        ("CLICHY", "92024", "92110"),
        ("RUEIL MALMAISON", "92063", "92500"),
        ("BAGNEUX", "92007", "92220"),
        ("MALAKOFF", "92046", "92240"),
        ("ANTONY", "92002", "92160"),
    ),
    "751": _communes(("PARIS 13", "75113", "75013"), ("PARIS 18", "75118", "75018"), ("PARIS 19", "75119", "75019")),
    "931": _communes(("SAINT DENIS", "93066", "93200"), ("MONTREUIL", "93048", "93100"), ("BOBIGNY", "93008", "93000")),
    "941": _communes(
        ("CRETEIL", "94028", "94000"), ("VITRY SUR SEINE", "94081", "94400"), ("IVRY SUR SEINE", "94041", "94200")
    ),
    "951": _communes(("CERGY", "95127", "95000"), ("ARGENTEUIL", "95018", "95100"), ("SARCELLES", "95585", "95200")),
}
CAF_WEIGHTS = {"921": 80, "751": 6, "931": 6, "941": 4, "951": 4}
BIRTH_PLACES = ("92050", "75113", "93066", "13055", "69123", "59350", "2A004", "97411", "99352", "99350", "99139")
STREETS = ("RUE DES LILAS", "AVENUE DE LA REPUBLIQUE", "RUE JEAN JAURES", "ALLEE DES TILLEULS", "RUE VICTOR HUGO")
SOCIAL_LANDLORDS = ("OFFICE HABITAT DES HAUTS", "FOYER DES TROIS RIVIERES", "LOGIS DU VAL")
