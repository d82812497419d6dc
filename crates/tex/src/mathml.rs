//! MathML to LaTeX.
