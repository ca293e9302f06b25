"""Ties prices, counts and states to the cards: in lines, tables, the title, and where no card is named."""
