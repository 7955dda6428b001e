"""Values and rules of the dossiers: no clock, no I/O, no framework."""
