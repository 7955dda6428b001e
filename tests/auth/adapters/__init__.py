"""Tests of auth: adapters."""
