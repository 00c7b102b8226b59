"""The notebook collection against a real platform."""
