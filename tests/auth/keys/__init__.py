"""Tests of auth: keys."""
