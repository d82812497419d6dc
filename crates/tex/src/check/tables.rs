//! Commands that the parser treats apart.

/// Operators that take `\limits`.
#[rustfmt::skip]
pub(super) const OPERATORS: [&str; 62] = [
    "sum", "prod", "coprod", "int", "iint", "iiint", "iiiint", "oint", "oiint", "oiiint",
    "idotsint", "intop", "smallint", "bigcup", "bigcap", "bigsqcup", "bigvee", "bigwedge",
    "bigodot", "bigotimes", "bigoplus", "biguplus", "bigstar", "lim", "limsup", "liminf",
    "max", "min", "sup", "inf", "det", "gcd", "Pr", "argmax", "argmin", "injlim", "projlim",
    "varlimsup", "varliminf", "varinjlim", "varprojlim", "mathop", "operatorname",
    "operatornamewithlimits", "plim", "limits", "nolimits", "sin", "cos", "tan", "log",
    "ln", "exp", "dim", "ker", "hom", "deg", "arg", "overbrace", "underbrace", "lg",
    "displaylimits",
];

/// Commands that KaTeX and MathJax take as an argument without braces, their own arguments with them.
#[rustfmt::skip]
pub(super) const WHOLE_ARGUMENTS: [&str; 36] = [
    "dddot", "ddddot", "mathrm", "mathbf", "mathit", "mathbb", "Bbb", "mathfrak", "mathscr",
    "mathcal", "mathsf", "mathtt", "mathnormal", "mathsfit", "bold", "frak", "pod", "pmod",
    "set", "frac", "dfrac", "tfrac", "binom", "dbinom", "tbinom", "cfrac", "text", "textrm",
    "textup", "textnormal", "textit", "textbf", "textsf", "texttt", "textmd", "emph",
];

/// Control words and symbols that can stand after `\left`.
#[rustfmt::skip]
pub(super) const DELIMITER_COMMANDS: [&str; 48] = [
    "{", "}", "|", "lbrace", "rbrace", "langle", "rangle", "lang", "rang", "lceil", "rceil",
    "lfloor", "rfloor", "lbrack", "rbrack", "vert", "Vert", "lvert", "rvert", "lVert",
    "rVert", "backslash", "uparrow", "downarrow", "updownarrow", "Uparrow", "Downarrow",
    "Updownarrow", "lgroup", "rgroup", "lmoustache", "rmoustache", "ulcorner", "urcorner",
    "llcorner", "lrcorner", "lparen", "rparen", "llbracket", "rrbracket", "lBrace",
    "rBrace", "gt", "lt", "arrowvert", "Arrowvert", "bracevert", "mid",
];

/// Single characters that can stand after `\left`.
pub(super) const DELIMITER_CHARACTERS: &str = "()[]|/<>.⟨⟩⌈⌉⌊⌋⟮⟯⎰⎱⌜⌝⌞⌟⟦⟧‖∣∥↑↓↕⇑⇓⇕";
