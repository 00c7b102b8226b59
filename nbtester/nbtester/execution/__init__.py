"""Running notebooks: each in a copy of its own, with a kernel of its own, several at a time."""
