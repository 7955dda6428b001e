"""Tests of auth: people."""
