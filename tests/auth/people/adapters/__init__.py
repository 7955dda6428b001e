"""Tests of auth: people, adapters."""
