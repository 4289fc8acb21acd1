"""What the administrator runs: server, checks, backup."""
