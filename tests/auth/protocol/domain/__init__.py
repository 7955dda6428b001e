"""Tests of auth: protocol, domain."""
