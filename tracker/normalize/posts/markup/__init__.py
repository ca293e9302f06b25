"""What the form of a post says: readable text, lines, tables, sections, labels of later lines."""
