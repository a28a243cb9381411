"""What the measurements of grading stand on: a class, the machines of a cluster, the cells with nothing around them."""
