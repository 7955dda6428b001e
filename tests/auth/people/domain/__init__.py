"""Tests of auth: people, domain."""
