"""Strands and topics: the words that everything is tagged with."""
