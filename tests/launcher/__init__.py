"""The launcher, by its door `./astrohub`, over tiny tools and parts that stand in for the real ones."""
