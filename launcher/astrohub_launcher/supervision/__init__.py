"""Keep what is there running: start, watch, start again, stop."""
