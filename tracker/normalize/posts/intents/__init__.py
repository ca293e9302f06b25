"""What the writer is after, from the sides of the title and the body."""
