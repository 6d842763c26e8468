"""Which files are images, which are labels, and how they pair up."""
