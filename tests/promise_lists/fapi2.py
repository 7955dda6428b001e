"""The certification modules of the FAPI 2.0 Security Profile, client credentials and message signing."""

from tests.promise_lists.promise import Promise

FAPI2: tuple[Promise, ...] = ()
