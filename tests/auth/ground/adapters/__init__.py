"""Tests of auth: ground, adapters."""
