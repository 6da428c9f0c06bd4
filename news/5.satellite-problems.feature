A satellite tells the centre why checks do not run there; their pages show it.
