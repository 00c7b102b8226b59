"""From HTTP to calls and back."""
