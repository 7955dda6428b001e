"""What the pages of habpps cost in a large organisation."""
