"""A learner's day: open the course, see that the machine is ready, what is done, and the page that says so."""
