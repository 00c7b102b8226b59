"""Interpreters: processes in which the texts of queries are understood, each text within a deadline."""
