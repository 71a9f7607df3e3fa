"""A question of a conversation, made to stand alone: what is searched for never depends on what was said before."""

from rag.conversation.standalone import asking_back, questions_in, standalone_question

__all__ = ["asking_back", "questions_in", "standalone_question"]
