"""What the markets say: one module a source; extraction is pure, fetching stands apart."""
