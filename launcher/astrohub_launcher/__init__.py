"""Set up and run astrohub on one machine."""
