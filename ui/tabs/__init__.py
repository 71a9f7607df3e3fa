"""What happens in the tabs of the page: each over the assistants, knowing nothing of the page itself."""
