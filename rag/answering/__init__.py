"""The read path: a question → events → an answer whose every claim is checked against what it cites.

answering      the steps, and what is said when the documents do not answer
draft_reader   what a generator writes, cut into claims while it is written
claims         one claim: its text, and the evidence that its markers name
support        whether the evidence supports it
misspelt       names that no document has, beside those that may be meant
numbering      one number for each distinct span
context        what stands around a citation
serialisation  answers as JSON, as `answer.schema.json` describes them
examples       questions that a document suggests
"""
