"""What noise on feature maps is made of: laws, units, a search for the worst."""
