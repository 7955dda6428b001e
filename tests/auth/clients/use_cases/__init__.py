"""Tests of auth: clients, use_cases."""
