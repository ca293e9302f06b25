"""Reads listings: text to mentions, to what is being sold, to offers or a reject code."""

#: Rises with every change of the rules, so that stored readings are known to be old.
RULES_VERSION = 1
