"""What words tell, whatever they stand beside: other goods, counts, states, talk of other cards."""
