"""What the four services say alike: typed text, names, addresses, matricules, days. Pure values, no framework."""
