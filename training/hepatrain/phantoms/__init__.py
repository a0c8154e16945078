"""Synthetic abdomens: seeded T1W and T2W volumes whose anatomy depends on the stage of cirrhosis."""
