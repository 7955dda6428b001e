"""Translations between the journal and the world: database, files, gRPC, web."""
