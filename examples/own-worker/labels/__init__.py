"""Shipping labels: an example of actions that live in a package of their own."""
