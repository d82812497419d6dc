//! Code and tables as an author sees them, read from gold pages, gold Markdown, source pages
//! and extracted text alike, so that all can be compared.

mod html;
mod markdown;

pub use html::{page_code, read_html};
pub use markdown::read_markdown;

use crate::words::words;

/// A table: rows of cells. A cell that spans stands in its first place; the others are empty.
pub type Grid = Vec<Vec<String>>;

/// What of a text is compared besides its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Structure {
    /// Code blocks in order, without the line end at their end.
    pub code: Vec<String>,
    /// Tables of at least two rows and two columns; cells as words with blanks between.
    pub tables: Vec<Grid>,
}

impl Structure {
    fn push_table(&mut self, rows: Vec<Vec<String>>) {
        let grid: Grid =
            rows.iter().map(|row| row.iter().map(|cell| words(cell).join(" ")).collect()).collect();
        if grid.len() > 1 && grid.iter().any(|row| row.len() > 1) {
            self.tables.push(grid);
        }
    }
}
