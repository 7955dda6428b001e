"""Use cases of the keys: what the other rooms ask of them."""
