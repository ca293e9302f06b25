"""What was added to a post later: fates of cards, counts that are left, new prices, the end of a post."""
