//! Whether a formula is well-formed LaTeX mathematics.
