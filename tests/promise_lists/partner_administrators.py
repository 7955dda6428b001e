"""What the administrator of a partner may rely on in Habpps."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PARTNER_ADMINISTRATOR

PARTNER_ADMINISTRATORS: tuple[Promise, ...] = (
    Promise(
        "partner:one-caf-at-a-time",
        "Domain page A.5 (territory)",
        "Who administers an organisation for several Cafs sees and changes what it has with one of them at a time, "
        "reads which on every page, and a form acts for the Caf that its page was shown for.",
    ),
    Promise(
        "partner:people-join-from-the-group",
        "Keycloak, members of a group",
        "People are found and join a group from its own page.",
    ),
    Promise(
        "partner:last-sign-in-is-shown",
        "Domain rules, sleeping accounts",
        "The list of people says when each was last signed in, or that it is unknown for the moment.",
    ),
    Promise(
        "partner:groups-have-a-profile-in-force",
        "Domain page B.2 (obligations)",
        "A group is made for a profile that a contract in force carries, and for no other.",
    ),
    Promise(
        "partner:maximum-of-users",
        "Domain page B.3 (states)",
        "A contract with a maximum number of users takes no more.",
    ),
    Promise(
        "rights:new-contract-by-one-press",
        "Domain page B.1 (actors), least assignment",
        "A new service contract opens nothing by itself; one press opens it to the people of a group.",
    ),
    Promise(
        "partner:groups-can-change",
        "Domain page B.1 (actors)",
        "A group can be given another name or profile, and what that changes is in force at once.",
    ),
    Promise(
        "partner:profile-for-oneself",
        "Domain page B.5 (control)",
        "An administrator who takes a profile for himself confirms it, and it is flagged to the auditor.",
    ),
    Promise(
        "partner:departure",
        "Domain page B.2 (obligations)",
        "A departure ends the person's habilitations with its day, is shown before, and can be taken back.",
    ),
    Promise(
        "partner:last-administrator-stays",
        "Domain page B.1 (actors)",
        "The last administrator of a partner cannot be withdrawn, also when two withdrawals come at once.",
    ),
    Promise(
        "partner:own-journal",
        "Domain page G (12)",
        "A partner administrator reads the acts of the own organisation, the newest first.",
    ),
    Promise(
        "partner:one-account-per-person",
        "Domain page B.1 (actors)",
        "A person who has an account keeps it in every place, and no second pair of mails is promised.",
    ),
    Promise(
        "partner:told-before",
        "Domain page G (wishes of users)",
        "Before an act that closes, the page says who loses which access.",
    ),
    Promise(
        "partner:all-or-nothing",
        "House rule",
        "An act is done whole or not at all.",
    ),
    Promise(
        "partner:locked-here-only",
        "Domain page B.3 (states)",
        "Locking a person who works elsewhere too closes this organisation only.",
    ),
    Promise(
        "partner:role-of-the-register",
        "Domain page B.2 (obligations)",
        "A role that was withdrawn acts no more, also with a token that still lives.",
    ),
    Promise(
        "partner:lost-mails-are-told",
        "Domain page G (15)",
        "A mail that could not leave is said to the administrator of the person.",
    ),
    Promise(
        "partner:habilitations-are-suspended-and-withdrawn",
        "Domain page B.3 (states)",
        "A habilitation is suspended, taken up again and withdrawn one by one, without touching the person's others.",
    ),
    Promise(
        "partner:annual-review",
        "Domain page B.4 (security)",
        "Habilitations are reviewed each year and those unused for 90 days are shown.",
        "No clock of reviews is built.",
    ),
)
