"""What an administrator of the Caf may rely on in Habpps."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.CAF_ADMINISTRATOR

CAF_ADMINISTRATORS: tuple[Promise, ...] = (
    Promise(
        "caf-admin:contracts-can-change",
        "Domain page B.3 (states)",
        "Profiles, purposes, days and the maximum of a service contract can change; what is narrower closes at once.",
    ),
    Promise(
        "caf-admin:siret-is-checked",
        "Domain page E.3",
        "A SIRET is checked digit by digit, with the exception of La Poste; a wrong one is refused with its reason.",
    ),
    Promise(
        "caf-admin:each-thing-once",
        "Domain page B.3 (states)",
        "A SIRET, a reference of a convention and a contract of an extranet exist once.",
    ),
    Promise(
        "caf-admin:signatures-open",
        "Domain page B.3 (states)",
        "A convention opens nothing before both have signed.",
    ),
    Promise(
        "caf-admin:notice-runs-to-its-end",
        "Domain page B.3 (states)",
        "A denounced convention works to the last day of its notice and not a day longer.",
    ),
    Promise(
        "caf-admin:breach-ends-everything",
        "Domain page B.3 (states)",
        "Termination for breach ends every contract and habilitation at once; names stay readable.",
    ),
    Promise(
        "caf-admin:final-is-final",
        "Domain page B.3 (states)",
        "A step that its state does not allow is refused, and what has ended stays ended.",
    ),
    Promise(
        "caf-admin:contract-closes-and-opens",
        "Domain page B.2 (obligations)",
        "A suspended service contract closes its extranet for everybody of the partner, and opens it again.",
    ),
    Promise(
        "caf-admin:terms-fit-the-extranet",
        "Domain page C (extranets)",
        "A contract takes profiles and purposes of its extranet, and no others.",
    ),
    Promise(
        "caf-admin:acts-stay-apart",
        "Domain page B.1 (actors)",
        "An act of the Caf is open to no partner, an act of the partner to no Caf, and an auditor administers nothing.",
    ),
    Promise(
        "caf-admin:one-history",
        "House rule",
        "Acts at the same moment leave one history without gap, which every service follows.",
    ),
    Promise(
        "caf-admin:imports-again-change-nothing",
        "House rule",
        "A file imported again changes nothing and adds what is new.",
    ),
    Promise(
        "caf-admin:tacit-renewal",
        "Domain page B.3 (states)",
        "A convention that nobody denounced is renewed each year, and the renewal is in the journal.",
        "A convention without an end stays in force; no event of its renewal is written.",
    ),
    Promise(
        "caf-admin:two-months-notice",
        "Domain page B.2 (obligations)",
        "A notice lasts two months or more.",
        "The Caf types the last day of the notice; nothing compares it with two months.",
    ),
    Promise(
        "caf-admin:organisations-are-found",
        "Domain page B.1 (Caf administrator)",
        "The organisations of a Caf are found by name and SIRET.",
    ),
)
