//! What need not be read: row groups and pages whose least and greatest keys leave out all that
//! is wanted.

use crate::wanted::Wanted;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::basic::{ColumnOrder, SortOrder};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::statistics::Statistics;
use std::ops::Range;

/// Whether a row group may hold a wanted key.
pub(crate) fn may_hold(
    metadata: &ParquetMetaData,
    group: usize,
    key: usize,
    wanted: &Wanted,
) -> bool {
    let chunk = metadata.row_group(group).column(key);
    let told = chunk.statistics().filter(|told| !told.is_min_max_deprecated());
    let Some(Statistics::ByteArray(told)) = told.filter(|_| is_bytewise(metadata, key)) else {
        return true;
    };
    match (told.min_bytes_opt(), told.max_bytes_opt()) {
        (Some(least), Some(most)) => wanted.any_between(least, most),
        _ => true,
    }
}

/// Whether least and greatest are meant byte by byte, as they are not in old files.
fn is_bytewise(metadata: &ParquetMetaData, key: usize) -> bool {
    let orders = metadata.file_metadata().column_orders();
    let order = orders.and_then(|orders| orders.get(key));
    matches!(order, Some(ColumnOrder::TYPE_DEFINED_ORDER(SortOrder::UNSIGNED)))
}

/// The rows of the pages that may hold a wanted key; `None` if nothing is known of pages.
pub(crate) fn pages(
    metadata: &ParquetMetaData,
    group: usize,
    key: usize,
    wanted: &Wanted,
) -> Option<RowSelection> {
    let index = metadata.page_index().filter(|_| is_bytewise(metadata, key))?;
    let ColumnIndexMetaData::BYTE_ARRAY(keys) = index.column_index(group, key)? else {
        return None;
    };
    let rows = usize::try_from(metadata.row_group(group).num_rows()).ok()?;
    let pages = page_rows(index.offset_index(group, key)?.page_locations(), rows)?;
    if pages.len() as u64 != keys.num_pages() {
        return None;
    }
    let may_hold = |page: usize| match (keys.min_value(page), keys.max_value(page)) {
        _ if keys.is_null_page(page) => false,
        (Some(least), Some(most)) => wanted.any_between(least, most),
        _ => true,
    };
    let held = pages.into_iter().enumerate().filter(|(page, _)| may_hold(*page));
    Some(RowSelection::from_consecutive_ranges(held.map(|(_, rows)| rows), rows))
}

/// The rows of each page, if what the index says of them makes sense.
fn page_rows(
    locations: &[parquet::file::page_index::offset_index::PageLocation],
    rows: usize,
) -> Option<Vec<Range<usize>>> {
    let starts = locations.iter().map(|page| usize::try_from(page.first_row_index).ok());
    let mut bounds: Vec<usize> = starts.collect::<Option<_>>()?;
    bounds.push(rows);
    let fits = bounds.first() == Some(&0) && bounds.is_sorted();
    let pairs = bounds.windows(2).filter_map(|pair| Some(*pair.first()?..*pair.get(1)?));
    fits.then(|| pairs.collect())
}
