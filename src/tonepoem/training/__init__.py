"""How the shipped model came to be: lexicon, corpus, training, evaluation. Imported by nobody but the command line."""
