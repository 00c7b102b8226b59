"""What a run found, told to a terminal, a build server, a program and a reader."""
