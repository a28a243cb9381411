"""Single changes of the text of an answer: what a person might have meant in place of what is written."""
