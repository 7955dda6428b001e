"""Tables of cdap and what reads and writes them."""
