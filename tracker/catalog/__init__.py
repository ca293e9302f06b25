"""The cards: one row per model and VRAM size, with sources, and the names of all the others."""
