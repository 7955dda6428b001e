"""What the journal keeps outside its database: keys and what is done with them, the guard, the published checkpoint."""
