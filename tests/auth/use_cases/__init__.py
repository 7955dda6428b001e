"""Tests of auth: use_cases."""
