"""What a file says by the shape of its text: raised and lowered signs, and lines broken only because they were full."""
