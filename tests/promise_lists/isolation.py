"""What a Caf buys: nobody sees or does anything of somebody else's, wherever they try."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.CAF

ISOLATION: tuple[Promise, ...] = (
    Promise(
        "isolation:every-route-and-actor",
        "Domain page B.1 (actors)",
        "Each address of the four services gives each kind of person what one table says, and a new address has no "
        "answer before it has its line there.",
    ),
    Promise(
        "isolation:no-canary",
        "Domain page A.4 (a dossier outside the territory is unknown), B.1 (actors)",
        "No answer, not even a refusal, names a person, a group, an organisation or a dossier of somebody else.",
    ),
    Promise(
        "isolation:every-method-and-caller",
        "Domain page B.2 (obligations), architecture page 1 (who calls whom)",
        "Each method between the services answers the certificates that one table names and no other; a person's token "
        "never stands for a certificate.",
    ),
)
