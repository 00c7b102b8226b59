"""Set up and run astrohub on one machine; nothing but the standard library."""
