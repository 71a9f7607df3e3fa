"""Which other reports say the same, and how many of them know it by themselves: groups of made news, and a measure."""
