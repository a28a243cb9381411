"""What is told after grading: results, the report on the class, scores, feedback."""
