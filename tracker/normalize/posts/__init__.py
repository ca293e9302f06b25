"""Reads swap posts: who wants what, which cards are on offer, and at what price each."""

from tracker.normalize.posts.read import read_post

__all__ = ["read_post"]
