"""Canvas, Moodle and others: their archives, class lists and gradebooks."""
