"""One file a topic: each `apply(c, settings)` sets JupyterHub's traits of that topic, nothing else."""
