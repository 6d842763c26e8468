"""What the command lines do: a light file a command, and what it runs beside it."""
