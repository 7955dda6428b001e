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
    Promise(
        "rules:unknown-outside-true-inside",
        "Domain page A.4 (no oracle, audit the true reason), B.1",
        "Somebody else's thing is answered like one that does not exist; the journal keeps that it was somebody "
        "else's.",
    ),
    Promise(
        "rules:no-contract-without-a-convention-in-force",
        "Domain page B.3 (a contract can be active only while the convention is)",
        "No service contract is opened while the convention is suspended, denounced, ended or terminated.",
    ),
    Promise(
        "rules:the-end-of-a-convention-ends-everything",
        "Domain page B.3 (fin de préavis, résiliation: cascade; users kept for trace)",
        "At the end of its notice as on termination a convention ends its contracts and withdraws its places; "
        "people stay readable.",
    ),
    Promise(
        "rules:withdrawn-is-final-and-given-anew",
        "Domain page B.3 (habilitation)",
        "A habilitation that was withdrawn stays so; another may be given, and both are kept.",
    ),
    Promise(
        "rules:the-caf-acts-as-a-precaution",
        "Domain page B.2 (suspend a habilitation à titre conservatoire)",
        "The Caf suspends a place, locks a person and closes a group of a partner, also while the partner may do "
        "nothing, and the partner reads who did it.",
    ),
    Promise(
        "rules:the-caf-has-a-password-replaced",
        "Domain page B.2 (force a password change)",
        "The Caf has the password of a person of a partner replaced.",
    ),
    Promise(
        "rules:reserved-profiles-are-not-given",
        "Domain page A.2 (T6 to T9 reserved: refuse to assign)",
        "A profile that is reserved, or none, enters neither a contract nor a group.",
    ),
    Promise(
        "rules:one-person-takes-one-seat",
        "Domain page B.3 (maximum number of users)",
        "Somebody in two groups takes one seat of a contract, which is free again once both places are withdrawn.",
    ),
    Promise(
        "rights:facts-hold-no-address",
        "Domain page B.4 (minimal personal data)",
        "What habpps publishes to other services holds no address, function or signatory of anybody.",
    ),
    Promise(
        "rights:the-digest-must-agree",
        "Architecture page 2 (one place decides), domain page B.3 (recompute)",
        "A service whose copy of the rights does not add up to the digest of habpps decides nothing with it and "
        "takes everything again.",
    ),
    Promise(
        "rights:a-replica-equals-or-refuses",
        "Domain page B.3 (recompute at each request)",
        "Whatever happens to the feed, a copy of the rights is that of habpps or decides nothing.",
    ),
    Promise(
        "rights:the-first-missing-document-is-named",
        "Domain page G, complaint 4 (distinct refusal codes)",
        "Whoever is refused learns the first document that is missing, in the order convention, contract, person, "
        "habilitation.",
    ),
    Promise(
        "cdap:childcare-sees-what-its-fee-needs",
        "Domain page A.3 (T2: fields of participation familiale EAJE), A.7",
        "Childcare sees resources of a year and the children who count, and no quotient, benefit, rent or debt.",
    ),
    Promise(
        "cdap:tariffs-see-the-quotient-alone",
        "Domain page A.3 (T5: fields of quotient familial)",
        "Who sets tariffs sees the quotient familial and no resource or benefit.",
    ),
    Promise(
        "cdap:the-telephone-is-for-social-work",
        "Domain page A.3 (contact: phone only, T1)",
        "A telephone number is shown to social work alone, an address of mail to nobody.",
    ),
    Promise(
        "cdap:the-reason-of-a-suspension-is-for-insertion",
        "Domain page A.3 (RSA: reason hidden for T1), G complaint 13",
        "Why the RSA is suspended is shown to insertion alone.",
    ),
    Promise(
        "cdap:what-nobody-sees-is-not-kept",
        "Domain page A.3 (NIR, nationality, controls, IBAN: nobody), A.6",
        "Social security number, nationality, controls, fraud and bank account are shown to nobody, and not even kept.",
    ),
    Promise(
        "rules:the-last-day-is-a-day-of-work",
        "Domain page B.3 (date inside)",
        "Whoever leaves still acts on the last day, and on none after it.",
    ),
)
