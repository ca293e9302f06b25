"""Amounts of money in a text, what each is, and who pays for carriage."""
