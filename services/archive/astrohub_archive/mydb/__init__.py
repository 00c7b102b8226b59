"""MyDB: tables that users make of queries and files, and query beside the public ones."""
