"""What a card costs: observations, roll-up, fair value, market, deals, history."""
