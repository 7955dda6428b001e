"""What the RFCs ask of an authorization server: 9700, 9068, 8693, 9470, and back-channel logout."""

from tests.promise_lists.promise import Promise

RFCS: tuple[Promise, ...] = ()
