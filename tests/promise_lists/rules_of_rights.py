"""What a Caf buys: the rules of conventions, contracts, groups and places, one by one."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.CAF

RULES: tuple[Promise, ...] = (
    Promise(
        "rules:in-any-order",
        "Domain page B.3 (states)",
        "In whatever order the Caf and a partner act, what is open is what every rule opens, each act leaves its line "
        "and its event, and a refusal leaves nothing.",
    ),
    Promise(
        "rules:steps-of-each-state",
        "Domain page B.3 (states of convention, contract, habilitation, user)",
        "From each state of a convention, a contract, a habilitation and a user exactly the steps of the table are "
        "possible, and every other is refused by name.",
    ),
    Promise(
        "rules:a-convention-opens-in-its-period",
        "Domain page B.3 (convention)",
        "A convention opens something while it is in force or runs out its notice, from its first day to its last.",
    ),
    Promise(
        "rules:a-contract-opens-in-its-period",
        "Domain page B.3 (service contract)",
        "A service contract opens something while it is active, from its first day to its last.",
    ),
    Promise(
        "rules:acts-stay-with-their-organisation",
        "Domain page B.1 (actors)",
        "No act of a partner, whichever it is, changes anything of another partner: the thing is unknown to it.",
    ),
    Promise(
        "rules:acts-stay-with-their-caf",
        "Domain page B.1 (actors)",
        "No act of a Caf, whichever it is, changes anything of a partner of another Caf.",
    ),
    Promise(
        "rules:a-role-that-ended-does-nothing",
        "Domain page B.2 (no habilitation for who should not or no longer have it)",
        "An administrator who was replaced, locked or has left does nothing more, whatever the act.",
    ),
    Promise(
        "rules:a-suspension-suspends-every-act",
        "Domain page B.3 (convention: suspendue, Habpps read-only)",
        "While a convention is suspended its partner carries out no act at all.",
    ),
    Promise(
        "rules:a-motive-for-what-closes",
        "Domain page B.3 (suspendre: reason)",
        "Whatever takes something away for a reason is not done before the reason is given.",
    ),
    Promise(
        "rules:an-older-view-changes-nothing",
        "Domain page G, complaint 10 (roles created by accident)",
        "An act that was decided on an older view of a thing changes nothing.",
    ),
    Promise(
        "rules:one-line-and-one-event",
        "Domain page G, complaint 12 (role changes in the organisation's own journal)",
        "Each act leaves one line in the history of the organisation and one event for its Caf: who, what, why, since "
        "which revision.",
    ),
    Promise(
        "rules:opening-waits-for-audit",
        "Domain page B.4 (log protection)",
        "While the journal is away whatever closes is done, and nothing that opens is announced.",
    ),
)
