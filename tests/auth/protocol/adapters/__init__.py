"""Tests of auth: protocol, adapters."""
