"""The collection as it lies there: what is in it and whether it is fit to be published; nothing is run."""
