"""The data services of astrohub: an archive's catalogues over the protocols of the Virtual Observatory."""
