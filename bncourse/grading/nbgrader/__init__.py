"""What nbgrader itself calls: hooks, preprocessors, the late policy."""
