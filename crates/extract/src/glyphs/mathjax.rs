//! What MathJax's outputs have in common: element names, font names, and the MathML
//! made of arguments once each output's decoder has found them.

use super::alphabet::{self, Glyph};
use super::delimiter;
use super::expr::Expr;

impl Glyph {
    /// A character in a font that adds nothing.
    pub(super) fn upright(char: char) -> Self {
        Self { char, font: None }
    }
}

/// What an argument is to its structure. Scripts count as limits: a superscript is
/// over its base, a subscript under it; a script of unknown side is what the
/// structure's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Base,
    Over,
    Under,
    Script,
    Numerator,
    Denominator,
    Index,
}

/// Element name of a node that MathJax names after MathML.
pub(super) fn mathml_name(name: &str) -> Option<&'static str> {
    const NAMES: [&str; 26] = [
        "mi",
        "mn",
        "mo",
        "mtext",
        "ms",
        "mspace",
        "mrow",
        "mstyle",
        "mpadded",
        "mphantom",
        "merror",
        "mfrac",
        "msqrt",
        "mroot",
        "msub",
        "msup",
        "msubsup",
        "munder",
        "mover",
        "munderover",
        "mmultiscripts",
        "mtable",
        "mtr",
        "mtd",
        "menclose",
        "mfenced",
    ];
    match name {
        "texatom" | "TeXAtom" | "math" | "semantics" | "maction" | "inferredMrow" => Some("mrow"),
        _ => NAMES.into_iter().find(|known| *known == name),
    }
}

/// `mathvariant` of a value, if it is one that changes letters.
pub(super) fn variant(value: &str) -> Option<&'static str> {
    const VARIANTS: [&str; 13] = [
        "bold",
        "italic",
        "bold-italic",
        "script",
        "bold-script",
        "fraktur",
        "double-struck",
        "bold-fraktur",
        "sans-serif",
        "bold-sans-serif",
        "sans-serif-italic",
        "sans-serif-bold-italic",
        "monospace",
    ];
    VARIANTS.into_iter().find(|known| *known == value)
}

/// `mathvariant` that a font gives to plain letters, by the end of the font's name:
/// `TEX-C` of versions 3 and 4, `MJXc-TeX-cal-R`, `MathJax_Caligraphic` and
/// `MJCAL` of version 2.
pub(super) fn font_variant(font: &str) -> Option<&'static str> {
    Some(match font {
        "B" | "main-B" | "Main-bold" | "MAINB" => "bold",
        "MI" | "I" | "math-I" | "main-I" | "Math-italic" | "Main-italic" | "MATHI" | "MAINI" => {
            "italic"
        }
        "BI" | "math-BI" | "Math-bold-italic" | "MATHBI" => "bold-italic",
        "C" | "cal-R" | "Caligraphic" | "CAL" | "script-R" | "Script" | "SCR" => "script",
        "CB" | "cal-B" | "Caligraphic-bold" | "CALB" => "bold-script",
        "FR" | "frak-R" | "Fraktur" | "FRAK" => "fraktur",
        "FRB" | "frak-B" | "Fraktur-bold" | "FRAKB" => "bold-fraktur",
        "ams-R" | "AMS" => "double-struck",
        "SS" | "sans-R" | "SansSerif" => "sans-serif",
        "SSB" | "sans-B" | "SansSerif-bold" | "SSBOLD" => "bold-sans-serif",
        "SSI" | "sans-I" | "SansSerif-italic" | "SSITAL" => "sans-serif-italic",
        "T" | "type-R" | "Typewriter" | "TYPE" => "monospace",
        _ => return None,
    })
}

/// A token of glyphs; pieces of a tall sign become the sign.
pub(super) fn token(name: &'static str, glyphs: &[Glyph]) -> Expr {
    if name == "mo" && glyphs.len() > 1 {
        let text: String = glyphs.iter().map(|glyph| glyph.char).collect();
        if let Some(sign) = delimiter::assembled(&text) {
            return Expr::token(name, sign);
        }
    }
    alphabet::token(name, glyphs)
}

/// A structure without arguments of different roles.
pub(super) fn row(name: &'static str, class: Option<&str>, kids: Vec<Expr>) -> Expr {
    let row = Expr::new(name, kids);
    match class {
        Some(class) if name == "mrow" => row.with("data-mjx-texclass", class),
        _ => row,
    }
}

/// Everything of one role, in order.
fn take(parts: &mut Vec<(Part, Vec<Expr>)>, wanted: Part) -> Option<Vec<Expr>> {
    let found: Vec<_> = parts.extract_if(.., |(part, _)| *part == wanted).collect();
    (!found.is_empty()).then(|| found.into_iter().flat_map(|(_, kids)| kids).collect())
}

/// Scripts, limits or an indexed root. The name says whether scripts or limits are
/// meant; which of them there are, the parts say.
pub(super) fn scripted(name: &'static str, mut parts: Vec<(Part, Vec<Expr>)>) -> Expr {
    let base = take(&mut parts, Part::Base).unwrap_or_default();
    if name == "mroot" {
        let index = take(&mut parts, Part::Index).unwrap_or_default();
        return Expr::of("mroot", [base, index]);
    }
    let (mut over, mut under) = (take(&mut parts, Part::Over), take(&mut parts, Part::Under));
    if let Some(script) = take(&mut parts, Part::Script) {
        let below = matches!(name, "msub" | "munder");
        *(if below { &mut under } else { &mut over }) = Some(script);
    }
    let limits = matches!(name, "munder" | "mover" | "munderover");
    match (under, over) {
        (Some(under), Some(over)) => {
            Expr::of(if limits { "munderover" } else { "msubsup" }, [base, under, over])
        }
        (Some(under), None) => Expr::of(if limits { "munder" } else { "msub" }, [base, under]),
        (None, Some(over)) => Expr::of(if limits { "mover" } else { "msup" }, [base, over]),
        (None, None) => Expr::row(base),
    }
}

/// A fraction, or a stack without a line.
pub(super) fn fraction(mut parts: Vec<(Part, Vec<Expr>)>, line: bool) -> Expr {
    let numerator = take(&mut parts, Part::Numerator);
    let denominator = take(&mut parts, Part::Denominator);
    let (Some(numerator), Some(denominator)) = (numerator, denominator) else {
        return Expr::row(parts.into_iter().flat_map(|(_, kids)| kids).collect());
    };
    let fraction = Expr::of("mfrac", [numerator, denominator]);
    if line { fraction } else { fraction.with("linethickness", "0") }
}

/// A cell of a table and the lines and alignment seen on it.
#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) content: Vec<Expr>,
    /// `l`, `c` or `r`; NUL where the output does not tell.
    pub(super) align: char,
    pub(super) line_above: bool,
    pub(super) line_below: bool,
    pub(super) line_before: bool,
    pub(super) line_after: bool,
    /// True if there is space between this cell and the next.
    pub(super) gap_after: bool,
}

/// A row of a table; its label is empty if it has none.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) label: Vec<Expr>,
    pub(super) cells: Vec<Cell>,
}

/// A table.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    pub(super) frame: bool,
}

impl Table {
    /// The table as MathML.
    pub(super) fn finish(self) -> Expr {
        let attrs = [
            ("columnalign", self.column_align()),
            ("columnspacing", self.column_spacing()),
            ("columnlines", self.column_lines()),
            ("rowlines", self.row_lines()),
            ("frame", self.frame.then(|| "solid".to_owned())),
        ];
        let mut table = Expr::new("mtable", self.rows.into_iter().map(Row::finish).collect());
        for (name, value) in attrs {
            table.attrs.extend(value.map(|value| (name, value)));
        }
        table
    }

    /// The first cell of each column that the first rows tell about.
    fn columns(&self) -> Vec<Vec<&Cell>> {
        let mut columns: Vec<Vec<&Cell>> = Vec::new();
        for row in &self.rows {
            for (i, cell) in row.cells.iter().enumerate() {
                match columns.get_mut(i) {
                    Some(column) => column.push(cell),
                    None => columns.push(vec![cell]),
                }
            }
        }
        columns
    }

    fn column_align(&self) -> Option<String> {
        let columns = self.columns();
        let align = |column: &Vec<&Cell>| column.first().map_or('c', |cell| cell.align);
        let aligns: Vec<char> = columns.iter().map(align).collect();
        let names: Vec<_> = aligns
            .iter()
            .map(|align| match align {
                'l' => "left",
                'r' => "right",
                _ => "center",
            })
            .collect();
        aligns.iter().any(|align| matches!(align, 'l' | 'r')).then(|| names.join(" "))
    }

    fn column_spacing(&self) -> Option<String> {
        let columns = self.columns();
        let inner = columns.split_last()?.1;
        let gaps: Vec<_> =
            inner.iter().map(|column| column.iter().any(|cell| cell.gap_after)).collect();
        let lengths: Vec<_> = gaps.iter().map(|gap| if *gap { "1em" } else { "0em" }).collect();
        gaps.contains(&false).then(|| lengths.join(" "))
    }

    fn column_lines(&self) -> Option<String> {
        let columns = self.columns();
        let after = |column: &Vec<&Cell>| column.iter().any(|cell| cell.line_after);
        let before = |column: &Vec<&Cell>| column.iter().any(|cell| cell.line_before);
        lines(
            columns
                .iter()
                .zip(columns.iter().skip(1))
                .map(|(one, next)| after(one) || before(next)),
        )
    }

    fn row_lines(&self) -> Option<String> {
        let below = |row: &Row| row.cells.iter().any(|cell| cell.line_below);
        let above = |row: &Row| row.cells.iter().any(|cell| cell.line_above);
        lines(
            self.rows
                .iter()
                .zip(self.rows.iter().skip(1))
                .map(|(one, next)| below(one) || above(next)),
        )
    }
}

fn lines(drawn: impl Iterator<Item = bool>) -> Option<String> {
    let lines: Vec<_> = drawn.map(|drawn| if drawn { "solid" } else { "none" }).collect();
    lines.contains(&"solid").then(|| lines.join(" "))
}

impl Row {
    fn finish(self) -> Expr {
        let name = if self.label.is_empty() { "mtr" } else { "mlabeledtr" };
        let label = (!self.label.is_empty()).then(|| Expr::new("mtd", self.label));
        let cells = self.cells.into_iter().map(|cell| Expr::new("mtd", cell.content));
        Expr::new(name, label.into_iter().chain(cells).collect())
    }
}
