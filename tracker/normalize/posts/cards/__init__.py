"""Which cards are on offer: names and their namesakes, and which mentions are one card."""
