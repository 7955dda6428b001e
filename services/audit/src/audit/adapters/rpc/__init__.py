"""The journal over gRPC (journal.proto)."""
