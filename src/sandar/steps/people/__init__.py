"""People, agencies, roles, mandates and absences, as the system administrator changes them; all of it journaled."""
