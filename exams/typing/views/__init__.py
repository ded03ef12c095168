"""Pages of the typing test by who opens them."""
