"""What a file says by the shape of its text: raised signs, rows, lines broken only because they were full."""
