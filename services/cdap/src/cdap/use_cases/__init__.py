"""The stories of cdap, one class per file; `ports` says what they need from the world."""
