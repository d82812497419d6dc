//! TeX tokens of a formula, without copying.
