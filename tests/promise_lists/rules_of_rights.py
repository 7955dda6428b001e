"""What a Caf buys: the rules of conventions, contracts, groups and places, one by one."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.CAF

RULES: tuple[Promise, ...] = (
    Promise(
        "rules:in-any-order",
        "Domain page B.3 (states)",
        "In whatever order the Caf and a partner act, what is open is what every rule opens, each act leaves its line and "
        "its event, and a refusal leaves nothing.",
    ),
)
