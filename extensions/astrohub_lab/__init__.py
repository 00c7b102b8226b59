"""The JupyterLab extension of astrohub, server part."""
