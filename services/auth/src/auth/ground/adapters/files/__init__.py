"""Files that an operator writes."""
