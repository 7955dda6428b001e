"""Codes of the benefits, debts and situations (CNAF) with their French labels."""

PRESTATION_LABELS = {
    "AF": "Allocations familiales",
    "CF": "Complément familial",
    "ASF": "Allocation de soutien familial",
    "PAJE": "Prestation d’accueil du jeune enfant (allocation de base)",
    "APL": "Aide personnalisée au logement",
    "ALF": "Allocation de logement familiale",
    "ALS": "Allocation de logement sociale",
    "RSA": "Revenu de solidarité active",
    "PPA": "Prime d’activité",
    "AEEH": "Allocation d’éducation de l’enfant handicapé",
    "AAH": "Allocation aux adultes handicapés",
}
PRESTATION_CODES = frozenset(PRESTATION_LABELS)
HOUSING_AIDS = frozenset({"APL", "ALF", "ALS"})
RSA_AND_PPA = frozenset({"RSA", "PPA"})

DEBT_LABELS = {
    "INK": "Indu de RSA socle",
    "INL": "Indu de RSA majoré",
    "INM": "Indu de RSA local",
    "ITK": "Indu de RSA socle transféré",
    "ITL": "Indu de RSA majoré transféré",
    "ITM": "Indu de RSA local transféré",
    "ISK": "Indu de RSA subrogé",
    "AFD": "Indu de prestations familiales",
    "ALD": "Indu d’aide au logement",
}
DEBT_CODES = frozenset(DEBT_LABELS)
RSA_DEBTS = frozenset({"INK", "INL", "INM", "ITK", "ITL", "ITM", "ISK"})

FAMILY_SITUATION_LABELS = {
    "ABA": "disparu",
    "CEL": "célibataire",
    "DIV": "divorcé",
    "ISO": "isolé après vie maritale ou PACS",
    "MAR": "marié",
    "PAC": "pacsé",
    "RPA": "reprise de vie commune après PACS",
    "RVC": "reprise de vie commune",
    "RVM": "reprise de vie maritale",
    "SEF": "séparation de fait",
    "SEL": "séparation légale",
    "VEU": "veuf",
    "VIM": "vie maritale",
}
OCCUPANCY_LABELS = {
    "ACC": "propriétaire avec charges de remboursement",
    "BAL": "forfait logement",
    "HCG": "hébergement collectif gratuit",
    "HCO": "hébergement collectif onéreux",
    "HGP": "hébergé gratuitement par un particulier",
    "HOP": "hébergé à titre onéreux par un particulier",
    "HOT": "hôtel",
    "LOC": "locataire",
    "OLI": "inconnue",
    "PRO": "propriétaire sans charges de remboursement",
    "SRG": "sans résidence stable, à titre gratuit",
    "SRO": "sans résidence stable, à titre onéreux",
}
RSA_STATE_LABELS = {
    "0": "nouvelle demande",
    "1": "refusé",
    "2": "ouvert et versable",
    "3": "ouvert et suspendu",
    "4": "ouvert, versement suspendu",
    "5": "clos",
    "6": "clos sur un mois antérieur",
}
RESOURCE_LABELS = {
    "SAL": "Salaires",
    "CHO": "Allocations de chômage",
    "RET": "Pensions et retraites",
    "NSA": "Revenus non salariés",
    "PAL": "Pensions alimentaires reçues",
}
