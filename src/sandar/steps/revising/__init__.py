"""The SOP itself as work: drafts, check, publication, and moving open cases to another revision."""
