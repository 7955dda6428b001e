"""What the use cases of this room see of the store: each the methods that it calls. See `ground.use_cases.shelves`."""
