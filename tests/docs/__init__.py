"""The examples in the guides, run as a reader would run them."""
