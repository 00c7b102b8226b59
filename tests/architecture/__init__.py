"""The rules of the layout as tests: each says what to do when it is broken, and shows that it can break."""
