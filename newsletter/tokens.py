"""Signed tokens that stand for one subscriber and one purpose, and give away neither."""
