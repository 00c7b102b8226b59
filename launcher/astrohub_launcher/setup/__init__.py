"""Make what is not there yet: environments, the proxy, the extension's bundle, the sample data."""
