"""Tests of auth: clients."""
