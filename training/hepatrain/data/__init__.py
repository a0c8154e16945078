"""Studies as `hepastage prepare` wrote them: the only preprocessing there is."""
