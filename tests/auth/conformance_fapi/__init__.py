"""The promises of FAPI 2.0, kept over HTTP."""
