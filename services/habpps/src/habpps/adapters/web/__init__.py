"""The pages of habpps: of the Caf administrator and of the partner administrator."""
