"""One node and its control plane, in namespaces of their own."""
