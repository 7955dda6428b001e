"""Who may do what: facts, snapshot, decision, explanation, and the replicas that keep them fresh."""
