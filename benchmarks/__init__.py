"""How fast tonepoem is, how much memory it takes, and how well it finds; ``python -m benchmarks`` or ``make bench``.

- :mod:`benchmarks.describe`: words to features, beside t5-base.
- :mod:`benchmarks.programs`: whole runs of the program: from cold, and over a file of descriptions.
- :mod:`benchmarks.matching`: the catalog, beside NumPy, pandas and scikit-learn, and bringing tables into it.
- :mod:`benchmarks.retrieval`: whether what is found belongs under the words; needs real playlists.
- :mod:`benchmarks.measuring`: how all of them measure.
"""
