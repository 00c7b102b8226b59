"""What a cluster is made of, before one is started: packages, toolchain, binaries, images."""
