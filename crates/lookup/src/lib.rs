//! URLs to record ranges, through Common Crawl's columnar index.

mod surt;

pub use surt::{NoKey, surt};
