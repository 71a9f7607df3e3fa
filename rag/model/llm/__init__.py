"""What generators and verifiers share when a language model does their work.

server     the HTTP side: one client with bounds, and sentences for all that can go wrong
llama_cpp  a GGUF model served inside this process, asked like any other server
asking     one request: its prompt as a file, and what comes back of it
listing    which models a server has
pieces     guards around the stream
"""
