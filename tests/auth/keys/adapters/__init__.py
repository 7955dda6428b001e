"""Tests of auth: keys, adapters."""
