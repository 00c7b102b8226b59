"""One command a file: thin, calls what is below."""
