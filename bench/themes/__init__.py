"""What is measured: each theme a file, each with a function that returns its contests."""
