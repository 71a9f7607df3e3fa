"""Who may come in, how often and with how much; and how it is said what is wrong."""
