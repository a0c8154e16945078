"""What each part of the method is worth: the same training with one part off at a time."""
