"""The typing test: passages, standards, what was typed and what it is worth."""
