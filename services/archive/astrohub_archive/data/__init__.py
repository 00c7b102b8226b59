"""Making and listing the catalogues that the archive publishes."""
