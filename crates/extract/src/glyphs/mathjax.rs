//! What MathJax's outputs have in common: element names, font names, and the MathML
//! made of arguments once each output's decoder has found them.

use super::alphabet::{self, Glyph};
use super::delimiter;
use super::expr::Expr;

impl Glyph {
    /// A character in a font that adds nothing.
    pub(super) fn upright(char: char) -> Self {
        Self { char, font: None, size: 0 }
    }

    /// A character in a font, by the end of the font's name.
    pub(super) fn in_font(char: char, font: &str) -> Self {
        Self { char, font: font_variant(font), size: font_size(font) }
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

/// Steps by which a font's signs are larger than usual.
fn font_size(font: &str) -> u8 {
    match font {
        "SO" | "S1" | "size1-R" | "Size1" | "SZ1" => 1,
        "S2" | "size2-R" | "Size2" | "SZ2" => 2,
        "S3" | "size3-R" | "Size3" | "SZ3" => 3,
        "S4" | "size4-R" | "Size4" | "SZ4" => 4,
        _ => 0,
    }
}

/// A token of glyphs; pieces of a large sign become the sign. Signs that can stretch say
/// whether they did.
pub(super) fn token(name: &'static str, glyphs: &[Glyph]) -> Expr {
    if name != "mo" {
        return alphabet::token(name, glyphs);
    }
    let text: String = glyphs.iter().map(|glyph| glyph.char).collect();
    let mut size = glyphs.iter().map(|glyph| glyph.size).max().unwrap_or_default();
    let mut token = match delimiter::assembled(&text) {
        Some(sign) => {
            size = 5;
            Expr::token(name, sign)
        }
        None => alphabet::token(name, glyphs),
    };
    if token.text == "–" {
        (token.text, size) = ("―".into(), size.max(1));
    }
    token.size = size;
    // `∣` as drawn by `\mid` never stretches; delimiters are drawn as `|`.
    let relation = token.text == "∣" && size == 0;
    if token.text.chars().all(stretches) && !token.text.is_empty() && !relation {
        token = token.with("stretchy", if size > 0 { "true" } else { "false" });
    }
    token
}

/// Delimiters, arrows, bars and accents.
fn stretches(c: char) -> bool {
    "()[]{}|‖∣∥/\\⌈⌉⌊⌋⟨⟩⟮⟯⎰⎱⟦⟧^~ˆ˜ˇ¯‾―_←→↔⇐⇒⇔↑↓↕⇑⇓⇕↼⇀↽⇁⇌⇋↦⃗⏞⏟⏠⏡⎴⎵".contains(c)
}

/// A structure without arguments of different roles. In a row of its own a first or last
/// sign is what `\left` or `\right` took; alone in a group it is a `\big` one.
pub(super) fn row(name: &'static str, class: Option<&str>, mut kids: Vec<Expr>) -> Expr {
    if let ("mrow", Some(_), [sign]) = (name, class, kids.as_mut_slice())
        && sign.name == "mo"
        && let Some(size) = big(sign.size)
    {
        sign.attrs.extend([("minsize", size.to_owned()), ("maxsize", size.to_owned())]);
    } else if name == "mrow" && class.is_none_or(|class| class == "INNER") && kids.len() > 1 {
        kids.first_mut().into_iter().for_each(free);
        kids.last_mut().into_iter().for_each(free);
    }
    let row = Expr::new(name, kids);
    match class {
        Some(class) if name == "mrow" => row.with("data-mjx-texclass", class),
        _ => row,
    }
}

/// Size of a `\big` sign as MathJax writes it.
fn big(size: u8) -> Option<&'static str> {
    match size {
        1 | 5 => Some("1.2em"),
        2 => Some("1.623em"),
        3 => Some("2.047em"),
        4 => Some("2.470em"),
        _ => None,
    }
}

/// Makes a sign a fence that stretches with its row.
fn free(sign: &mut Expr) {
    if sign.name == "mo"
        && (sign.text.is_empty() || sign.attrs.iter().any(|(name, _)| *name == "stretchy"))
    {
        sign.attrs = vec![("fence", "true".to_owned()), ("stretchy", "true".to_owned())];
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

/// A base with scripts on both sides, each side as its lower and its upper scripts.
pub(super) fn multiscripts(base: Vec<Expr>, post: [Vec<Expr>; 2], pre: [Vec<Expr>; 2]) -> Expr {
    let mut kids = vec![Expr::row(base)];
    kids.extend(pairs(post));
    if pre.iter().any(|scripts| !scripts.is_empty()) {
        kids.push(Expr::new("mprescripts", Vec::new()));
        kids.extend(pairs(pre));
    }
    Expr::new("mmultiscripts", kids)
}

/// Lower and upper scripts, alternating, `none` where one is missing.
fn pairs([lower, upper]: [Vec<Expr>; 2]) -> Vec<Expr> {
    let count = lower.len().max(upper.len());
    let none = || Expr::new("none", Vec::new());
    let (mut lower, mut upper) = (lower.into_iter(), upper.into_iter());
    let pair = |_| [lower.next().unwrap_or_else(none), upper.next().unwrap_or_else(none)];
    (0..count).flat_map(pair).collect()
}

/// True if a table looks like an alignment of equations: what its even cells show begins
/// with a relation. MathJax also puts an empty token or group before it, so that the
/// relation has a left side.
pub(super) fn is_alignment(table: &Table) -> bool {
    let starts = |cell: &Cell| {
        let first = leading(&cell.content)?;
        Some(first.name != "mo" && first.is_blank() || is_relation(first))
    };
    let columns = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
    let mut starts =
        table.rows.iter().flat_map(|row| row.cells.iter().skip(1).step_by(2)).filter_map(starts);
    columns % 2 == 0 && starts.next() == Some(true) && starts.all(|starts| starts)
}

/// The first element that is not space, inside styles and groups that show something.
fn leading(content: &[Expr]) -> Option<&Expr> {
    let mut first = content.iter().find(|expr| expr.name != "mspace")?;
    while matches!(first.name, "mstyle" | "mrow") && !first.is_blank() {
        first = first.kids.iter().find(|expr| expr.name != "mspace")?;
    }
    Some(first)
}

fn is_relation(expr: &Expr) -> bool {
    let sign = expr.text.chars().next().unwrap_or(' ');
    expr.name == "mo" && "=<>≤≥≠≈∼≃≅≡≜≔∝→←↦⟶⟹⟺⇒⇔⟸∈∋⊂⊃⊆⊇≪≫≺≻⪯⪰⊢⊨⩽⩾≲≳:".contains(sign)
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
    /// True if its rows stand apart as those of displayed equations do.
    pub(super) display: bool,
}

impl Table {
    /// The table as MathML.
    pub(super) fn finish(self) -> Expr {
        let attrs = [
            ("columnalign", self.column_align()),
            ("columnspacing", self.column_spacing()),
            ("displaystyle", self.display.then(|| "true".to_owned())),
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
        (!gaps.is_empty()).then(|| lengths.join(" "))
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
