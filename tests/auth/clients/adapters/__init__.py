"""Tests of auth: clients, adapters."""
