"""What preflight looks at, one module a subject; each judges by a pure function that tests can call."""
