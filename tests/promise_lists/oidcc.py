"""The certification modules of OpenID Connect Core and of the logout specifications, as the provider is tested by them."""

from tests.promise_lists.promise import Promise

OIDCC: tuple[Promise, ...] = ()
