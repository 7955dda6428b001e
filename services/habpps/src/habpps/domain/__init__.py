"""Values and rules of habpps: conventions, service contracts, groups, habilitations. No clock, no I/O."""
