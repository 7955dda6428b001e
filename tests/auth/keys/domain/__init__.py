"""Tests of auth: keys, domain."""
