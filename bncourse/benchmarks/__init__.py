"""What this project states about itself, measured on the user's own machine; never a timed test."""
