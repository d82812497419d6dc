//! The canonical form of a LaTeX formula.
