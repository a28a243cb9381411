"""What the numbers of a wrong answer show, where no idea explains them."""
