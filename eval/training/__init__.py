"""Training of the assistant's own small verifier: from the public sets to an ONNX file, one command.

`python -m eval.training.verifier` trains, `eval.training.export` makes the files that the product reads. Nothing that
answers questions imports this package, and it alone needs torch.
"""
