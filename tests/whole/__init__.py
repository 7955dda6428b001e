"""The four services in one process, built by their own bootstraps and joined by real gRPC: what none may lack."""
