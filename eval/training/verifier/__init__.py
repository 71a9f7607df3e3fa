"""Training of the assistant's own small verifier: from the public sets to an ONNX file, one command.

`python -m eval.training.verifier.train` trains, `eval.training.verifier.export` makes the files that the product reads,
`eval.training.verifier.ship` fits how much rules and model are believed, and puts both into the package.
"""
