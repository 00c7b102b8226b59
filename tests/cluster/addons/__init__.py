"""What a distribution of Kubernetes adds to Kubernetes: volumes on demand, enforced network policies."""
