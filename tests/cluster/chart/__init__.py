"""The chart on a real cluster, with images built from our Dockerfiles."""
