"""Training needs, the annual plan and its items."""
