"""The promises of the RFCs, kept over HTTP."""
