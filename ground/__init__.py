"""Mechanisms without a word of the domain, one noun a file."""
