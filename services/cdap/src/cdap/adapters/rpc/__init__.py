"""gRPC of cdap."""
