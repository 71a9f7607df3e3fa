"""The page: its parts in Gradio, what each event changes on it, and what it offers to other programs."""
