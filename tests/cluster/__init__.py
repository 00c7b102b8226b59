"""A real Kubernetes on this machine, and the tests that run on it."""
