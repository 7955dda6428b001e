"""Tests of auth: protocol."""
