"""Kinds of certificate, certificates, their PDF and their verification."""
