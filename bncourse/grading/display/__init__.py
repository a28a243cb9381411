"""What of a submission a person may see, made harmless: texts, formulas, pictures, outputs, names."""
