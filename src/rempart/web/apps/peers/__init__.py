"""Among peers: quartiles that designate nobody, and what a region sees of each establishment."""
