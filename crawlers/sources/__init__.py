"""The sources: one module each, found by walking this package."""
