"""The notebook collection service: what is pushed is published read-only, whole or not at all."""
