//! One unit of work: bytes in, rows out.

use crate::dedup::rules::{Ruled, Rules};
use crate::error::RunError;
use crate::guard::caught;
use crate::legs::{Choice, Held};
use crate::mix::{Draw, MIX, TableSource};
use crate::source::{CHANGED, Hash, PAGE_CAP, PageContent, PageFile, Unit, absent_entry, failed};
use crate::stages::Step;
use crate::urls::Absent;
use cc_math_core::{
    Counts, Document, FailedInput, InputEntry, Ledger, Locator, Reason, Verdict, document_id,
};
use cc_math_extract::{Extractor, Outcome, Page};
use cc_math_store::{
    BadRow, Form, Input, Piece, Place, RecordRange, Reject, Row, StoreError, media_type, sniff,
    unpack,
};
use cc_math_warc::http::{HttpLimits, Scratch};
use cc_math_warc::{Damaged, Event, Limits, Payload, Record, RecordReader, Splitter};
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// What turns a page into a document.
pub(crate) type Extract<'a> = &'a (dyn Fn(&Page<'_>) -> Outcome + Sync);

/// The way of a page: it becomes a document, which goes from step to step until one drops it.
#[derive(Clone, Copy)]
pub(crate) struct Way<'a> {
    pub(crate) extract: Extract<'a>,
    pub(crate) steps: &'a [Step],
    /// Where documents come from that are read from tables.
    pub(crate) sources: &'a [TableSource],
    /// At which rates these are drawn, if not all that they hold goes on.
    pub(crate) draw: Option<&'a Draw>,
}

/// The stages that records are rejected in.
const READING: &str = "warc";
const HTTP: &str = "http";
const EXTRACTION: &str = "extract";
const TABLE: &str = "documents";
const URLS: &str = "urls";
const LIMIT: &str = "limit";

/// What a unit of work gave.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) documents: Vec<Document>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) counts: Counts,
    pub(crate) inputs: Vec<InputEntry>,
    pub(crate) failed: Vec<FailedInput>,
    /// Pages that could not be processed because of a fault of ours: id and bytes.
    pub(crate) faults: Vec<(String, Vec<u8>)>,
    /// Bytes of input that this accounts for.
    pub(crate) bytes: u64,
    /// The run was told to stop before all of the unit was worked on.
    pub(crate) aborted: bool,
    /// Whether it is what became of a unit, and not of an input's end.
    pub(crate) is_unit: bool,
}

impl Batch {
    pub(crate) fn weight(&self) -> usize {
        let documents = self.documents.iter().map(Row::weight);
        documents.chain(self.rejects.iter().map(Row::weight)).sum()
    }

    /// Sends a document through the steps; at their end it is a row.
    pub(crate) fn send(&mut self, mut document: Document, steps: &[Step]) {
        for step in steps {
            if let Verdict::Drop { reason, detail } = guarded_step(step, &mut document) {
                return self.drop_document(document, step.name, reason, detail.into_owned());
            }
        }
        self.document(document);
    }

    /// Makes a reject of a document that a stage drops.
    pub(crate) fn drop_document(
        &mut self,
        document: Document,
        stage: &str,
        reason: Reason,
        detail: String,
    ) {
        let Document { id, url, locator, warc_record_id, text, ledger, .. } = document;
        let reject = Reject {
            id: Some(id),
            url: Some(url),
            locator,
            warc_record_id,
            stage: stage.into(),
            reason,
            detail,
            text: Some(text),
        };
        self.reject(reject, &ledger);
    }

    /// Makes a reject of a URL that leads to no record.
    fn absent(&mut self, Absent { url, reason, detail }: Absent) {
        self.counts.records += 1;
        let url = Some(url);
        let reject = Reject { url, stage: URLS.into(), reason, detail, ..Reject::blank() };
        self.reject(reject, &Ledger::default());
    }

    fn document(&mut self, mut document: Document) {
        document.text.shrink_to_fit();
        self.counts.documents += 1;
        self.counts.text_bytes += document.text.len() as u64;
        self.counts.formulas.add(&document.ledger);
        self.documents.push(document);
    }

    fn reject(&mut self, reject: Reject, ledger: &Ledger) {
        self.counts.reject(&reject.stage, reject.reason);
        self.counts.formulas.add(ledger);
        self.rejects.push(reject);
    }
}

/// What one thread keeps from unit to unit.
pub(crate) struct Worker<'a> {
    way: Way<'a>,
    stop: &'a AtomicBool,
    limits: Limits,
    http: HttpLimits,
    reader: RecordReader,
    scratch: Scratch,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(way: Way<'a>, limits: Limits, stop: &'a AtomicBool) -> Self {
        Self {
            way,
            stop,
            limits,
            http: HttpLimits::default(),
            reader: RecordReader::new(limits),
            scratch: Scratch::default(),
        }
    }

    pub(crate) fn process(&mut self, unit: Unit) -> Batch {
        let mut batch = Batch { is_unit: true, ..Batch::default() };
        match unit {
            Unit::Chunk(chunk) => {
                self.read_chunk(&chunk, 0, &mut batch);
                batch.bytes += chunk.stored.end - chunk.stored.start;
            }
            Unit::Pages(pages) => {
                pages.into_iter().for_each(|page| self.page_file(page, &mut batch))
            }
            Unit::Rows { name, piece, source } => self.rows(&name, &piece, source, &mut batch),
            Unit::Again { name, piece, source, rules, numbers } => {
                self.rows_again(&name, &piece, source, (&rules, numbers), &mut batch);
            }
            Unit::Held(held) => self.held(&held, &mut batch),
            Unit::Absent { name, urls } => {
                batch.inputs.push(absent_entry(&name, &urls));
                urls.into_iter().for_each(|absent| batch.absent(absent));
            }
            Unit::Ranges { root, ranges } => {
                let records = root.records(&ranges, self.limits.record as u64);
                for (range, bytes) in ranges.iter().zip(records) {
                    self.range(range, bytes, &mut batch);
                }
            }
        }
        batch
    }

    /// Reads a chunk's records; `base` is where the bytes it was cut from begin in their file.
    fn read_chunk(&mut self, chunk: &cc_math_warc::Chunk, base: u64, batch: &mut Batch) {
        let mut records = self.reader.read(chunk);
        while let Some(event) = records.next() {
            if self.stop.load(Ordering::Relaxed) {
                batch.aborted = true;
                return;
            }
            batch.counts.records += 1;
            match event {
                Event::Damaged(damaged) => batch.reject(damage(damaged, base), &Ledger::default()),
                Event::Record(mut record) => {
                    record.locator.offset += base;
                    read_record(&record, &self.http, &mut self.scratch, self.way, batch);
                }
            }
        }
    }

    /// Reads rows of a table of documents.
    fn rows(&mut self, name: &str, piece: &Piece, source: usize, batch: &mut Batch) {
        let nothing = TableSource::default();
        let table = self.way.sources.get(source).unwrap_or(&nothing);
        let read = caught(|| piece.read(&table.columns).map_err(|e| e.to_string())).flatten();
        let rows = match read {
            Ok(rows) => rows,
            Err(error) => return batch.failed.push(failed(name, error)),
        };
        for row in rows {
            if self.stop.load(Ordering::Relaxed) {
                batch.aborted = true;
                return;
            }
            batch.counts.records += 1;
            match row {
                Ok(document) => self.blend(document, source, &table.name, batch),
                Err(BadRow { row, detail }) => {
                    let reject = Reject {
                        url: Some(format!("file:{name}")),
                        stage: TABLE.into(),
                        reason: Reason::MalformedRow,
                        detail: format!("row {row}: {detail}"),
                        ..Reject::blank()
                    };
                    batch.reject(reject, &Ledger::default());
                }
            }
        }
    }

    /// Reads rows of a table again; those that are no documents were told of the first time.
    fn rows_again(
        &mut self,
        name: &str,
        piece: &Piece,
        source: usize,
        (rules, numbers): (&Rules, Range<u64>),
        batch: &mut Batch,
    ) {
        let nothing = TableSource::default();
        let table = self.way.sources.get(source).unwrap_or(&nothing);
        let read = caught(|| piece.read(&table.columns).map_err(|e| e.to_string())).flatten();
        let ruled = rules.on(numbers.clone()).map_err(|e| e.to_string());
        let documents = read.and_then(|rows| {
            let documents: Vec<Document> = rows.into_iter().flatten().collect();
            let same = documents.len() as u64 == numbers.end - numbers.start;
            if same { Ok((documents, ruled?)) } else { Err(CHANGED.into()) }
        });
        let (documents, ruled) = match documents {
            Ok(both) => both,
            Err(error) => return batch.failed.push(failed(name, error)),
        };
        for (number, document) in numbers.zip(documents) {
            if self.stop.load(Ordering::Relaxed) {
                batch.aborted = true;
                return;
            }
            batch.counts.records += 1;
            self.carry_out(rules, &ruled, number, document, batch);
        }
    }

    /// Carries out what was ruled on a document, and sends it on if it stays.
    fn carry_out(
        &self,
        rules: &Rules,
        ruled: &Ruled,
        number: u64,
        mut document: Document,
        batch: &mut Batch,
    ) {
        let verdict = caught(|| rules.apply(ruled, number, &mut document));
        match verdict.unwrap_or_else(fault) {
            Verdict::Keep => batch.send(document, self.way.steps),
            Verdict::Drop { reason, detail } => {
                batch.drop_document(document, rules.dedup.name, reason, detail.into_owned());
            }
        }
    }

    /// Sends a document on its way if it is drawn, or if nothing is.
    fn blend(&self, mut document: Document, source: usize, name: &str, batch: &mut Batch) {
        if !name.is_empty() {
            document.metadata.insert(MIX.into(), name.into());
        }
        let verdict = self.way.draw.map_or(Verdict::Keep, |draw| draw.judge(&document, source));
        if let Verdict::Drop { reason, detail } = verdict {
            return batch.drop_document(document, MIX, reason, detail.into_owned());
        }
        batch.send(document, self.way.steps);
    }

    /// Reads documents that an earlier leg held.
    fn held(&mut self, held: &Held, batch: &mut Batch) {
        let place = match held.root.place(&held.name) {
            Ok(place) => place,
            Err(error) => return batch.failed.push(failed(&held.name, error.to_string())),
        };
        let ranges: Vec<_> = held.frames.iter().map(|(frame, _)| frame.range(&held.name)).collect();
        let stored = held.root.records(&ranges, u64::MAX);
        for ((frame, before), stored) in held.frames.iter().zip(stored) {
            if self.stop.load(Ordering::Relaxed) {
                batch.aborted = true;
                return;
            }
            batch.bytes += frame.bytes;
            let read = || frame.documents(stored, &place).map_err(|e| e.to_string());
            match caught(read).flatten() {
                Ok(documents) => match ruled(&held.choice, *before, frame.rows) {
                    Ok(ruled) => self.choose(documents, *before, &held.choice, &ruled, batch),
                    Err(error) => batch.failed.push(failed(&held.name, error.to_string())),
                },
                Err(error) => batch.failed.push(failed(&held.name, error)),
            }
        }
    }

    /// Takes in documents of a held file, of which `before` stand before them there.
    fn choose(
        &self,
        documents: Vec<Document>,
        before: u64,
        choice: &Choice,
        ruled: &Ruled,
        batch: &mut Batch,
    ) {
        for (number, document) in (before..).zip(documents) {
            if let Choice::Keys(order, from, to) = choice
                && !(*from..=*to).contains(&order.key(&document))
            {
                continue;
            }
            batch.counts.records += 1;
            match choice {
                Choice::Ruled(rules, base) => {
                    self.carry_out(rules, ruled, base + number, document, batch);
                }
                Choice::First(most) if number >= *most => {
                    let detail = "enough documents come before it".into();
                    batch.drop_document(document, LIMIT, Reason::OverLimit, detail);
                }
                _ => batch.send(document, self.way.steps),
            }
        }
    }

    /// Reads one record out of an archive.
    fn range(&mut self, range: &RecordRange, bytes: io::Result<Vec<u8>>, batch: &mut Batch) {
        if self.stop.load(Ordering::Relaxed) {
            batch.aborted = true;
            return;
        }
        batch.bytes += range.length;
        let chunks = bytes.and_then(|bytes| {
            Splitter::new(&bytes[..], range.file.clone(), self.limits)
                .collect::<Result<Vec<_>, _>>()
        });
        match chunks {
            Ok(chunks) => {
                chunks.iter().for_each(|chunk| self.read_chunk(chunk, range.offset, batch));
            }
            Err(error) => {
                let what =
                    format!("cannot read {} bytes at {}: {error}", range.length, range.offset);
                batch.failed.push(failed(&range.file, what));
            }
        }
    }

    fn page_file(&mut self, page: PageFile, batch: &mut Batch) {
        if self.stop.load(Ordering::Relaxed) {
            batch.aborted = true;
            return;
        }
        let stored = match page.content {
            PageContent::Bytes(bytes) => Ok(bytes),
            PageContent::At(place) => place.read_capped(PAGE_CAP),
        };
        match stored {
            Ok(stored) => {
                let mut hash = Hash::default();
                hash.update(&stored);
                batch.inputs.push(hash.entry(&page.name));
                batch.bytes += stored.len() as u64;
                batch.counts.records += 1;
                read_stored(&page.name, stored, self.way, batch);
            }
            Err(error) => batch.failed.push(failed(&page.name, error.to_string())),
        }
    }
}

fn damage(damaged: Damaged, base: u64) -> Reject {
    let mut locator = damaged.locator;
    locator.offset += base;
    Reject {
        locator: Some(locator),
        stage: READING.into(),
        reason: damaged.reason,
        detail: damaged.detail.into_owned(),
        ..Reject::blank()
    }
}

fn read_record(
    record: &Record<'_>,
    limits: &HttpLimits,
    scratch: &mut Scratch,
    way: Way<'_>,
    batch: &mut Batch,
) {
    let reject = |stage: &str, reason, detail| Reject {
        url: record.target_uri().map(Into::into),
        locator: Some(record.locator.clone()),
        warc_record_id: record.id().map(Into::into),
        stage: stage.into(),
        reason,
        detail,
        ..Reject::blank()
    };
    let payload = match record.page(limits, scratch) {
        Ok(payload) => payload,
        Err(fault) => {
            let stage = if fault.reason == Reason::NotAPage { READING } else { HTTP };
            return batch.reject(reject(stage, fault.reason, fault.detail), &Ledger::default());
        }
    };
    if let Some(status) = payload.status.filter(|status| !(200..300).contains(status)) {
        let id = document_id(Some(&record.locator), payload.body);
        let reject =
            Reject { id: Some(id), ..reject(HTTP, Reason::HttpStatus, status.to_string()) };
        return batch.reject(reject, &Ledger::default());
    }
    read_payload(record, &payload, way, batch);
}

fn read_payload(record: &Record<'_>, payload: &Payload<'_>, way: Way<'_>, batch: &mut Batch) {
    let url = record.target_uri().unwrap_or_default();
    let page =
        Page { bytes: payload.body, url: &url, content_type: payload.content_type.as_deref() };
    let origin = Origin {
        identity: &record.locator,
        locator: Some(&record.locator),
        warc_record_id: record.id().map(Into::into),
        fetch_time_ms: record.date_ms(),
        truncated: payload.truncated.as_deref().map(Into::into),
    };
    read_one(&page, origin, way, batch);
}

/// Where a page comes from.
struct Origin<'a> {
    /// What its id is made of, beside its bytes.
    identity: &'a Locator,
    /// Its place in an archive, if it is in one.
    locator: Option<&'a Locator>,
    warc_record_id: Option<String>,
    fetch_time_ms: Option<i64>,
    truncated: Option<String>,
}

impl<'a> Origin<'a> {
    /// That of a page outside any archive.
    fn alone(identity: &'a Locator) -> Self {
        Self { identity, locator: None, warc_record_id: None, fetch_time_ms: None, truncated: None }
    }
}

fn read_one(page: &Page<'_>, origin: Origin<'_>, way: Way<'_>, batch: &mut Batch) {
    let id = document_id(Some(origin.identity), page.bytes);
    match guarded(page, way.extract) {
        Outcome::Document(mut document) => {
            document.id = id;
            document.url = page.url.into();
            document.locator = origin.locator.cloned();
            document.warc_record_id = origin.warc_record_id;
            document.fetch_time_ms = origin.fetch_time_ms;
            document.content_type = page.content_type.map(Into::into);
            document.truncated = origin.truncated.or(document.truncated);
            batch.send(*document, way.steps);
        }
        Outcome::Reject { reason, detail, text, ledger } => {
            if reason == Reason::InternalError {
                batch.faults.push((id.clone(), page.bytes.to_vec()));
            }
            let reject = Reject {
                id: Some(id),
                url: Some(page.url.into()),
                locator: origin.locator.cloned(),
                warc_record_id: origin.warc_record_id,
                stage: EXTRACTION.into(),
                reason,
                detail,
                text,
            };
            batch.reject(reject, &ledger);
        }
    }
}

/// What was ruled on so many documents of a held file, if anything is.
fn ruled(choice: &Choice, before: u64, rows: u64) -> Result<Ruled, RunError> {
    match choice {
        Choice::Ruled(rules, base) => rules.on(base + before..base + before + rows),
        _ => Ok(Ruled::default()),
    }
}

/// What becomes of a document that a fault of ours keeps from being judged.
fn fault(detail: String) -> Verdict {
    Verdict::Drop { reason: Reason::InternalError, detail: detail.into() }
}

/// Takes a step, and turns a panic or an inconsistent document into a reject.
fn guarded_step(step: &Step, document: &mut Document) -> Verdict {
    match caught(|| step.map.apply(document)) {
        Ok(Verdict::Keep) => match document.check() {
            Ok(()) => Verdict::Keep,
            Err(error) => fault(error.to_string()),
        },
        Ok(drop) => drop,
        Err(panic) => fault(panic),
    }
}

/// Extracts, and turns a panic or an inconsistent document into a reject.
fn guarded(page: &Page<'_>, extract: Extract<'_>) -> Outcome {
    let fault = |detail| {
        let ledger = Ledger::default();
        Outcome::Reject { reason: Reason::InternalError, detail, text: None, ledger }
    };
    match caught(|| extract(page)) {
        Ok(Outcome::Document(document)) => match document.check() {
            Ok(()) => Outcome::Document(document),
            Err(error) => fault(error.to_string()),
        },
        Ok(reject) => reject,
        Err(panic) => fault(panic),
    }
}

/// A page file's bytes as stored, perhaps compressed.
fn read_stored(name: &str, stored: Vec<u8>, way: Way<'_>, batch: &mut Batch) {
    let url = format!("file:{name}");
    let reject = |reason, detail: String| Reject {
        url: Some(url.clone()),
        stage: READING.into(),
        reason,
        detail,
        ..Reject::blank()
    };
    let bytes = match unpack(stored, PAGE_CAP) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            let detail = format!("more than {PAGE_CAP} bytes");
            return batch.reject(reject(Reason::OversizedRecord, detail), &Ledger::default());
        }
        Err(error) => {
            let reject = reject(Reason::DamagedCompression, error.to_string());
            return batch.reject(reject, &Ledger::default());
        }
    };
    let identity = Locator { file: name.into(), offset: 0, length: bytes.len() as u64 };
    let sniffed = || (sniff(&bytes) == Form::Page).then_some("text/html");
    let content_type = media_type(name).or_else(sniffed);
    let page = Page { bytes: &bytes, url: &url, content_type };
    read_one(&page, Origin::alone(&identity), way, batch);
}

/// Reads a page of a pipeline's own tests.
pub(crate) fn read_trial(html: &str, url: &str, way: Way<'_>, batch: &mut Batch) {
    let page = Page { bytes: html.as_bytes(), url, content_type: Some("text/html") };
    let identity = Locator { file: url.into(), offset: 0, length: html.len() as u64 };
    read_one(&page, Origin::alone(&identity), way, batch);
}

/// What became of a single page.
#[derive(Debug, Clone, PartialEq)]
pub enum PageReading {
    /// It is a document.
    Document(Box<Document>),
    /// It is not.
    Reject(Box<Reject>),
}

/// Reads one page file, or standard input, without a run around it: the same
/// document, with the same id, as a run would make of it.
///
/// # Errors
/// If it cannot be read.
pub fn read_page(input: &Input, extractor: &Extractor) -> Result<PageReading, RunError> {
    let stored = match &input.place {
        Place::Stdin => read_stdin()?,
        place => place.read_capped(PAGE_CAP)?,
    };
    let mut batch = Batch::default();
    let extract = &|page: &Page<'_>| extractor.extract(page);
    let way = Way { extract, steps: &[], sources: &[], draw: None };
    read_stored(&input.name, stored, way, &mut batch);
    let reject = batch.rejects.pop().unwrap_or_else(Reject::blank);
    let document = batch.documents.pop().map(|document| PageReading::Document(Box::new(document)));
    Ok(document.unwrap_or_else(|| PageReading::Reject(Box::new(reject))))
}

fn read_stdin() -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let read = io::stdin().take(PAGE_CAP).read_to_end(&mut bytes);
    read.map_err(|e| StoreError::io("read", Path::new("stdin"), e))?;
    Ok(bytes)
}
