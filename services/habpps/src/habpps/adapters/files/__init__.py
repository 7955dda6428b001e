"""Lists that come with the program, and files an operator imports."""
