"""How the word lists become fast expressions: fragments, factoring, and what a text must hold."""
