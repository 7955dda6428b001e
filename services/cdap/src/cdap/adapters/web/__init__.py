"""Pages of cdap, in French first."""
