"""What the handlers of every protocol share at the edge of HTTP."""
