"""The network: an encoder for each sequence, and a stager that joins their tokens."""
