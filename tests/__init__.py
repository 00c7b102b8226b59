"""The tests of astrohub; each area mirrors a package."""
