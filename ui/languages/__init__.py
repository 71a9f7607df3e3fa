"""The page in the language of who reads it: messages that can be translated, catalogues of them, and who gets which."""
