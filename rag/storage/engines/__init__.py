"""The databases that a store can be in, one file each, and what is said to all of them in the same words."""
