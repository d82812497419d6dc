//! Raw `$...$`, `\(...\)`, `\begin{env}` in a run of text, by MathJax's and KaTeX's rules.
