"""What stands in the way of a site on a cluster, found by trying: `astrohub-admin preflight`."""
