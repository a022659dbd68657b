"""What is wrong with an installation: facts are looked up at the rim, findings follow from facts without I/O."""
