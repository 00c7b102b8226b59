"""Where collections come from and where they are published: git, folders, and the versions on disk."""
