"""How a check handles answers that are not functions of arrays; the answers themselves are elsewhere."""
