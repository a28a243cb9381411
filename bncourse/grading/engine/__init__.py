"""A grading run: jobs for a pool of processes, in each of which a submission is judged."""
