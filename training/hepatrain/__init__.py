"""Trains hepastage's model packages: phantoms → prepare → train → export → evaluate."""
