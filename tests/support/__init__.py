"""Stand-ins and servers that tests of several areas share."""
