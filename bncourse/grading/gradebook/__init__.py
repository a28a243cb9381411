"""nbgrader's gradebook: the one writer, what a run asks of it, its backups."""
