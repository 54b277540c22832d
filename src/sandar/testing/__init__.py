"""Stand-ins for services an office integrates with. For trying and testing only; nothing in production loads them."""
