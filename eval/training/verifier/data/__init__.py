"""What the verifier learns from: claims and questions of the public sets, and those that rules make of them."""
