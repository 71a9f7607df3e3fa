"""What generators and verifiers share when a language model does their work.

addresses  whether a key belongs to an address
server     the HTTP side: one client with bounds, and sentences for all that can go wrong
llama_cpp  a GGUF model served inside this process, asked like any other server
asking     one request, and what comes back of it
pieces     guards around the stream
prompts    prompts as files, and what may be put into them
"""
