//! URLs to record ranges, through Common Crawl's columnar index.
//!
//! Common Crawl publishes, for each crawl, a table of all captures as some hundred Parquet files
//! sorted by the SURT key of the URL (`cc-index-table`). This crate reads lists of URLs
//! ([`read_urls`]), finds their captures in such files ([`lookup`]) and writes them as a table of
//! record ranges ([`write_file`]), in the order in which archives are best read. It knows nothing
//! of archives, and reads an index by byte ranges ([`RangedRead`]), wherever it lies.
//!
//! ```
//! # use cc_math_lookup::surt;
//! assert_eq!(surt("https://www.Example.com/a/?b=2&a=1#top")?, "com,example)/a?a=1&b=2");
//! # Ok::<(), cc_math_lookup::NoKey>(())
//! ```
//!
//! Memory: the URLs and their keys, the captures found, and for each thread the compressed columns
//! of one row group. The order of files, row groups and threads does not show in the result.

mod capture;
mod error;
mod index;
mod join;
mod lists;
mod part;
mod prune;
mod ranged;
mod surt;
mod table;
mod wanted;

pub use capture::Capture;
pub use error::LookupError;
pub use index::{IndexFile, Listing, list_index, lookup_threads};
pub use join::{Captures, Found, LookupCounts, LookupOptions, LookupProgress, lookup};
pub use lists::{find_list, read_urls};
pub use ranged::{LocalFile, RangedRead, RemoteFile, joined};
pub use surt::{NoKey, surt};
pub use table::{TableFormat, write_file, write_table};
pub use wanted::{NoUrl, Sameness, Urls, Wanted};
