"""The Virtual Observatory's own nouns, shared by every protocol: parameters, documents, errors, jobs."""
