//! AsciiMath to LaTeX.
