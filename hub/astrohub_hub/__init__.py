"""What JupyterHub is told to do in astrohub."""
