"""Tests of the core of servicekit: errors, time, identifiers, settings, logs, processes."""
