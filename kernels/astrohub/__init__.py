"""The astrohub client."""
