"""Tests of auth: people, use_cases."""
