"""What accompanies the reader of a notebook: the predictions, with the reason why it came out so."""
