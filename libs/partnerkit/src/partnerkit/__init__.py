"""What the four services say alike: typed text, names, e-mail addresses, matricules, days. Pure values, no framework."""
