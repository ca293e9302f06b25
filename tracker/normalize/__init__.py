"""Reads listings: text to mentions, to what is being sold, to offers or a reject code."""
