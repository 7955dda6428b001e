"""Tests of auth: front, adapters."""
