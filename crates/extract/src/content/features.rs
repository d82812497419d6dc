//! Turns blocks into rows of small integers that the scorer was trained on.
//!
//! Every feature is a byte: counts on a logarithmic scale, shares in percent.
//! The order of the features is part of the model: change one, train again.

use super::blocks::{Block, Container, Layout, Tag, mark};
use super::page::{Page, kind};
use super::words::{class, word};

/// Features that say what a block is and where it stands.
pub(super) const FEATURES: usize = 232;

/// One block as the scorer sees it.
pub(super) type Row = [u8; FEATURES];

/// Sums over the blocks inside a container.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) words: u32,
    pub(super) linked: u32,
    pub(super) blocks: u32,
    /// Words of blocks that read like prose.
    pub(super) prose: u32,
    pub(super) formulas: u32,
    pub(super) links: u32,
    pub(super) headings: u32,
    pub(super) prices: u32,
    pub(super) times: u32,
    pub(super) first: u32,
}

/// A container with what its surroundings say.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) sums: Sums,
    /// Per category: 0 if no ancestor (or self) has it, else 1 + share of the page's words in the nearest that has, in percent.
    pub(super) near: [u8; mark::COUNT],
    /// The nearest ancestor that holds clearly more text than this container.
    pub(super) wider: u32,
    /// The nearest ancestor (or self) that is one of at least three like siblings, plus one.
    pub(super) inner_run: u32,
    /// The furthest such ancestor, plus one.
    pub(super) outer_run: u32,
}

/// Logarithmic scale: eight steps per doubling.
pub(super) fn log(count: u32) -> u8 {
    let count = count.saturating_add(1);
    let power = 31 - count.leading_zeros();
    let fraction = if power >= 3 { (count >> (power - 3)) & 7 } else { (count << (3 - power)) & 7 };
    (power * 8 + fraction).min(255) as u8
}

/// `part` of `whole` in percent; 0 of nothing.
pub(super) fn share(part: u32, whole: u32) -> u8 {
    let whole = whole.max(1);
    match part.checked_mul(100) {
        Some(hundredfold) => (hundredfold / whole).min(250) as u8,
        None => (u64::from(part) * 100 / u64::from(whole)).min(250) as u8,
    }
}

fn cap(count: u32) -> u8 {
    count.min(255) as u8
}

fn is_heading(tag: Tag) -> bool {
    matches!(tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4)
}

/// A block that reads like prose: long enough, punctuated, hardly linked.
pub(super) fn is_prose(block: &Block) -> bool {
    let stats = &block.stats;
    let stops = u32::from(stats.kinds[0]);
    let wide = stats.wide > 20;
    stats.words >= 12
        && stats.linked * 3 < stats.words
        && stats.sentences + stats.commas > 0
        && (wide || stops * 5 >= stats.words)
}

impl Sums {
    fn of(block: &Block, tag: Tag, index: u32) -> Self {
        let stats = &block.stats;
        Self {
            words: stats.words,
            linked: stats.linked,
            blocks: 1,
            prose: if is_prose(block) { stats.words } else { 0 },
            formulas: block.formulas + stats.tex,
            links: block.links,
            headings: u32::from(is_heading(tag)),
            prices: stats.prices,
            times: u32::from(stats.kinds[1] > 0 && stats.words < 12),
            first: index,
        }
    }

    /// What `self` has beyond `part`; the first block is not told.
    fn less(&self, part: &Self) -> Self {
        Self {
            words: self.words - part.words,
            linked: self.linked - part.linked,
            blocks: self.blocks - part.blocks,
            prose: self.prose - part.prose,
            ..Self::default()
        }
    }

    fn add(&mut self, other: &Self) {
        if self.blocks == 0 {
            self.first = other.first;
        }
        self.first = self.first.min(other.first);
        self.words += other.words;
        self.linked += other.linked;
        self.blocks += other.blocks;
        self.prose += other.prose;
        self.formulas += other.formulas;
        self.links += other.links;
        self.headings += other.headings;
        self.prices += other.prices;
        self.times += other.times;
    }
}

/// Computes the surroundings of every container: sums from the leaves up, then context from the root down.
pub(super) fn places(layout: &Layout) -> Vec<Place> {
    let sums = sums(layout);
    let total = sums.first().map_or(0, |root| root.words);
    let mut places: Vec<Place> = Vec::with_capacity(sums.len());
    for (index, (container, sums)) in layout.containers.iter().zip(&sums).enumerate() {
        let place = match places.get(container.parent as usize) {
            Some(parent) => inherit(layout, container, index as u32, sums, parent, total),
            None => {
                Place { sums: *sums, near: [0; mark::COUNT], wider: 0, inner_run: 0, outer_run: 0 }
            }
        };
        places.push(place);
    }
    places
}

fn sums(layout: &Layout) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); layout.containers.len()];
    for (index, block) in layout.blocks.iter().enumerate() {
        let place = block.container as usize;
        if let (Some(sum), Some(container)) = (sums.get_mut(place), layout.containers.get(place)) {
            sum.add(&Sums::of(block, container.tag, index as u32));
        }
    }
    for (index, container) in layout.containers.iter().enumerate().skip(1).rev() {
        let Some(inner) = sums.get(index).copied() else { continue };
        if let Some(outer) = sums.get_mut(container.parent as usize).filter(|_| inner.blocks > 0) {
            outer.add(&inner);
        }
    }
    sums
}

fn inherit(
    layout: &Layout,
    container: &Container,
    index: u32,
    sums: &Sums,
    parent: &Place,
    total: u32,
) -> Place {
    let mut near = parent.near;
    let mut flags = container.flags & ((1 << mark::COUNT) - 1);
    let own = 1 + share(sums.words, total);
    while flags != 0 {
        near[flags.trailing_zeros() as usize] = own;
        flags &= flags - 1;
    }
    let grown = parent.sums.words >= sums.words + sums.words / 2 + 2 && parent.sums.blocks >= 2;
    let in_run = layout.runs.get(container.run as usize).is_some_and(|run| *run >= 3);
    let one = if in_run { index + 1 } else { 0 };
    Place {
        sums: *sums,
        near,
        wider: if grown { container.parent } else { parent.wider },
        inner_run: if in_run { one } else { parent.inner_run },
        outer_run: if parent.outer_run == 0 { one } else { parent.outer_run },
    }
}

/// Everything the features are drawn from.
pub(super) struct View<'a> {
    pub(super) layout: &'a Layout,
    pub(super) places: &'a [Place],
    pub(super) page: &'a Page,
}

struct Writer {
    row: Row,
    at: usize,
}

impl Writer {
    fn put(&mut self, value: u8) {
        if let Some(slot) = self.row.get_mut(self.at) {
            *slot = value;
        }
        self.at += 1;
    }

    /// Known lengths need no call to copy.
    fn all<const N: usize>(&mut self, values: &[u8; N]) {
        let rest = self.row.get_mut(self.at..).unwrap_or_default();
        if let Some(slots) = rest.first_chunk_mut() {
            *slots = *values;
        }
        self.at += N;
    }

    fn slice(&mut self, values: &[u8]) {
        if let Some(slots) = self.row.get_mut(self.at..self.at + values.len()) {
            slots.copy_from_slice(values);
        }
        self.at += values.len();
    }
}

/// Facts about the page that every row repeats or draws on.
struct Whole {
    values: Vec<u8>,
    /// Sums over the blocks before each block, then over all.
    before: Vec<Sums>,
    /// Per block: what its neighbours see of it.
    glances: Vec<[u8; 4]>,
    /// Per container: what the blocks inside see of it.
    levels: Vec<[u8; 6]>,
    /// Per block: sums over all blocks built like it.
    alike: Vec<Sums>,
    /// Per block: the first heading after it, or the number of blocks.
    next_heading: Vec<u32>,
    words: u32,
    blocks: u32,
    /// Indices of the first `h1`, and of the first and last block of prose.
    h1: u32,
    first_prose: u32,
    last_prose: u32,
}

/// For every block: how many blocks have its text, and how many up to it.
fn repeats(blocks: &[Block]) -> Vec<(u32, u32)> {
    let mut order: Vec<(u64, u32)> =
        blocks.iter().zip(0..).map(|(block, index)| (block.stats.hash, index)).collect();
    order.sort_unstable();
    let mut repeats = vec![(1, 1); blocks.len()];
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        for ((_, index), nth) in group.iter().zip(1..) {
            if let Some(slot) = repeats.get_mut(*index as usize) {
                *slot = (group.len() as u32, nth);
            }
        }
    }
    repeats
}

impl View<'_> {
    fn tag(&self, block: &Block) -> Tag {
        self.layout.containers.get(block.container as usize).map_or(Tag::Div, |c| c.tag)
    }

    /// Hands out the rows of all blocks, in order, at most `size` at a time.
    pub(super) fn rows(&self, size: usize, mut take: impl FnMut(&[Row])) {
        let whole = self.whole();
        let repeats = repeats(&self.layout.blocks);
        let mut rows = Vec::with_capacity(size);
        let mut running = Running::default();
        for ((index, block), repeats) in self.layout.blocks.iter().enumerate().zip(repeats) {
            rows.push(self.row(index, block, &whole, repeats, &running));
            running.pass(block, self.tag(block));
            if rows.len() == size {
                take(&rows);
                rows.clear();
            }
        }
        take(&rows);
    }

    fn whole(&self) -> Whole {
        let blocks = &self.layout.blocks;
        let sums = self.places.first().map(|place| place.sums).unwrap_or_default();
        let position = |found: Option<usize>| found.map_or(u32::MAX, |at| at as u32);
        let each: Vec<Sums> =
            blocks.iter().zip(0..).map(|(b, index)| Sums::of(b, self.tag(b), index)).collect();
        let mut whole = Whole {
            values: Vec::with_capacity(64),
            before: running_sums(&each),
            glances: blocks.iter().map(|block| self.glance(block)).collect(),
            levels: self.places.iter().map(|place| level(&place.sums, sums.words)).collect(),
            alike: self.sums_alike(&each),
            next_heading: self.next_headings(),
            words: sums.words,
            blocks: sums.blocks,
            h1: position(blocks.iter().position(|b| self.tag(b) == Tag::H1)),
            first_prose: position(blocks.iter().position(is_prose)),
            last_prose: position(blocks.iter().rposition(is_prose)),
        };
        self.page_values(&sums, &mut whole.values);
        whole
    }

    fn sums_alike(&self, each: &[Sums]) -> Vec<Sums> {
        let blocks = self.layout.blocks.iter();
        let mut order: Vec<(u64, u32)> =
            blocks.zip(0..).map(|(block, index)| (self.signature(block), index)).collect();
        order.sort_unstable();
        let mut alike = vec![Sums::default(); each.len()];
        for group in order.chunk_by(|a, b| a.0 == b.0) {
            let mut sum = Sums::default();
            for (_, index) in group {
                each.get(*index as usize).into_iter().for_each(|one| sum.add(one));
            }
            for (_, index) in group {
                alike.get_mut(*index as usize).into_iter().for_each(|slot| *slot = sum);
            }
        }
        alike
    }

    fn glance(&self, block: &Block) -> [u8; 4] {
        let stats = &block.stats;
        [
            log(stats.words),
            share(stats.linked, stats.words),
            self.tag(block) as u8,
            share(stats.sentences + stats.commas, stats.words),
        ]
    }

    /// What a block is built like: its tag and categories and those of the two containers around it.
    fn signature(&self, block: &Block) -> u64 {
        let mut hash = block.inline;
        let mut index = block.container;
        for _ in 0..3 {
            let Some(container) = self.layout.containers.get(index as usize) else { break };
            hash = (hash.rotate_left(9) ^ container.flags ^ (container.tag as u64) << 58)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            index = container.parent;
        }
        hash
    }

    fn next_headings(&self) -> Vec<u32> {
        let mut next = self.layout.blocks.len() as u32;
        let mut found = Vec::with_capacity(self.layout.blocks.len());
        for (index, block) in self.layout.blocks.iter().enumerate().rev() {
            found.push(next);
            if is_heading(self.tag(block)) {
                next = index as u32;
            }
        }
        found.reverse();
        found
    }

    /// Sums over the neighbourhood, over what is built alike, and up to the next heading.
    fn wide(&self, index: usize, whole: &Whole, out: &mut Writer) {
        let at = |index: usize| {
            whole.before.get(index.min(self.layout.blocks.len())).copied().unwrap_or_default()
        };
        for reach in [5, 15] {
            let sums = at(index + reach + 1).less(&at(index.saturating_sub(reach)));
            out.all(&[
                log(sums.words),
                share(sums.linked, sums.words),
                share(sums.prose, sums.words),
            ]);
        }
        let alike = whole.alike.get(index).copied().unwrap_or_default();
        out.all(&[
            log(alike.blocks),
            log(alike.words / alike.blocks.max(1)),
            share(alike.linked, alike.words),
            share(alike.words, whole.words),
        ]);
        let end = whole.next_heading.get(index).map_or(index, |next| *next as usize);
        let section = at(end).less(&at(index.min(end)));
        out.all(&[log(section.words), share(section.linked, section.words), log(section.blocks)]);
    }

    fn page_values(&self, sums: &Sums, out: &mut Vec<u8>) {
        out.extend([
            log(sums.words),
            log(sums.blocks),
            share(sums.linked, sums.words),
            share(sums.prose, sums.words),
            log(sums.formulas),
            log(sums.headings),
            log(sums.prices),
            log(sums.times),
            self.page.path_segments,
            self.page.slug_words,
        ]);
        for bit in 0..kind::COUNT {
            out.push(
                (self.page.kinds >> bit & 1) as u8
                    | ((self.page.address_kinds >> bit & 1) as u8) << 1,
            );
        }
        self.landmark_values(sums, out);
    }

    /// Shares of the page's words below the landmarks that decide what sort of page it is.
    fn landmark_values(&self, page: &Sums, out: &mut Vec<u8>) {
        let marks = [
            mark::MAIN,
            mark::ARTICLE,
            class::FORUM,
            class::COMMENT,
            class::CARD,
            class::PRODUCT,
            mark::TABLE,
        ];
        let mut best = [0; 7];
        let mut counts = [0; 7];
        for (container, place) in self.layout.containers.iter().zip(self.places) {
            for ((mark, best), count) in marks.iter().zip(&mut best).zip(&mut counts) {
                if container.flags & mark != 0 && place.sums.words > 0 {
                    *best = place.sums.words.max(*best);
                    *count += 1;
                }
            }
        }
        for (best, count) in best.iter().zip(counts) {
            out.extend([share(*best, page.words), log(count)]);
        }
    }

    fn row(
        &self,
        index: usize,
        block: &Block,
        whole: &Whole,
        repeats: (u32, u32),
        running: &Running,
    ) -> Row {
        let mut out = Writer { row: [0; FEATURES], at: 0 };
        self.own(block, &mut out);
        self.position(index, whole, repeats, running, &mut out);
        neighbours(index, whole, &mut out);
        self.wide(index, whole, &mut out);
        self.surroundings(block, whole, &mut out);
        out.slice(&whole.values);
        debug_assert_eq!(out.at, FEATURES);
        out.row
    }

    fn own(&self, block: &Block, out: &mut Writer) {
        let stats = &block.stats;
        let tag = self.tag(block);
        out.all(&[
            log(stats.words),
            share(stats.linked, stats.words),
            cap(block.links),
            log(stats.letters),
            (stats.letters * 10 / stats.words.max(1)).min(255) as u8,
            share(stats.capitals, stats.words),
            share(stats.numbers, stats.words),
            share(stats.commas, stats.words),
            cap(stats.commas),
            share(stats.sentences, stats.words),
            cap(stats.sentences),
            cap(stats.separators),
            cap(stats.prices),
            cap(stats.marks),
            share(stats.wide, stats.words),
            cap(stats.lines),
            cap(block.breaks),
            cap(block.formulas + stats.tex),
            edge(stats.start),
            edge(stats.last),
            u8::from(self.page.title_hashes.binary_search(&stats.hash).is_ok()),
            u8::from(stats.hash == self.page.description_hash),
            tag as u8,
        ]);
        for kind in stats.kinds {
            out.put(kind.min(255) as u8);
        }
        out.put(share(u32::from(stats.kinds[0]), stats.words));
        let tags = [
            Tag::Paragraph,
            Tag::Item,
            Tag::H1,
            Tag::H2,
            Tag::H3,
            Tag::Cell,
            Tag::Button,
            Tag::Label,
        ];
        for one in tags {
            out.put(u8::from(one == tag));
        }
        out.put(u8::from(is_prose(block)));
        debug_assert_eq!(word::COUNT, 12);
    }

    fn position(
        &self,
        index: usize,
        whole: &Whole,
        repeats: (u32, u32),
        running: &Running,
        out: &mut Writer,
    ) {
        let index = index as u32;
        let from = |mark: u32| match mark {
            u32::MAX => 128,
            _ if index >= mark => 128 + log(index - mark).min(127),
            _ => 128 - log(mark - index).min(127),
        };
        out.all(&[
            share(index, whole.blocks),
            log(index),
            log(whole.blocks - index.min(whole.blocks)),
            share(running.words, whole.words),
            log(running.words),
            log(whole.words.saturating_sub(running.words)),
            from(whole.h1),
            from(whole.first_prose),
            from(whole.last_prose),
            log(running.since_heading),
            log(running.since_prose),
            running.heading as u8,
            cap(repeats.0),
            cap(repeats.1),
        ]);
    }

    fn surroundings(&self, block: &Block, whole: &Whole, out: &mut Writer) {
        let index = block.container as usize;
        let (Some(place), Some(container)) =
            (self.places.get(index), self.layout.containers.get(index))
        else {
            return out.all(&[0; mark::COUNT + 39]);
        };
        out.all(&with_inline(place.near, block.inline));
        out.put(cap(u32::from(container.depth)));
        let mut wide = index;
        for _ in 0..4 {
            wide = self.places.get(wide).map_or(wide, |place| place.wider as usize);
            out.all(whole.levels.get(wide).unwrap_or(&[0; 6]));
        }
        self.run(place.inner_run, whole, out);
        self.run(place.outer_run, whole, out);
    }

    /// The run of like siblings around a block.
    fn run(&self, member: u32, whole: &Whole, out: &mut Writer) {
        let index = member.wrapping_sub(1) as usize;
        let (Some(place), Some(container)) =
            (self.places.get(index), self.layout.containers.get(index))
        else {
            return out.all(&[0; 7]);
        };
        let parent = self.places.get(container.parent as usize).unwrap_or(place);
        out.all(&[
            cap(self.layout.runs.get(container.run as usize).copied().unwrap_or(0)),
            cap(container.place),
            log(place.sums.words),
            share(place.sums.linked, place.sums.words),
            cap(place.sums.blocks),
            share(parent.sums.words, whole.words),
            container.tag as u8,
        ]);
    }
}

/// Categories of inline elements count like those of a very small ancestor.
fn with_inline(mut near: [u8; mark::COUNT], inline: u64) -> [u8; mark::COUNT] {
    let mut flags = inline & ((1 << mark::COUNT) - 1);
    while flags != 0 {
        let slot = &mut near[flags.trailing_zeros() as usize];
        *slot = (*slot).max(1);
        flags &= flags - 1;
    }
    near
}

/// One of the ever wider surroundings of a block.
fn level(sums: &Sums, words: u32) -> [u8; 6] {
    [
        share(sums.words, words),
        share(sums.linked, sums.words),
        share(sums.prose, sums.words),
        log(sums.words / sums.blocks.max(1)),
        log(sums.blocks),
        share(sums.headings, sums.blocks),
    ]
}

fn neighbours(index: usize, whole: &Whole, out: &mut Writer) {
    for step in [-3, -2, -1, 1, 2, 3] {
        let glance = index.checked_add_signed(step).and_then(|at| whole.glances.get(at));
        out.all(glance.unwrap_or(&[0, 0, 255, 0]));
    }
}

/// Sums over what is before each block, then over all.
fn running_sums(each: &[Sums]) -> Vec<Sums> {
    let mut total = Sums::default();
    let mut before = Vec::with_capacity(each.len() + 1);
    for sums in each {
        before.push(total);
        total.add(sums);
    }
    before.push(total);
    before
}

/// What the blocks before a block leave behind.
#[derive(Debug)]
struct Running {
    words: u32,
    since_heading: u32,
    since_prose: u32,
    heading: Tag,
}

impl Default for Running {
    fn default() -> Self {
        Self { words: 0, since_heading: 10_000, since_prose: 10_000, heading: Tag::Page }
    }
}

impl Running {
    fn pass(&mut self, block: &Block, tag: Tag) {
        self.words += block.stats.words;
        self.since_heading += 1;
        self.since_prose += 1;
        if is_heading(tag) {
            (self.since_heading, self.heading) = (0, tag);
        }
        if is_prose(block) {
            self.since_prose = 0;
        }
    }
}

/// Classes of the bytes that a block starts or ends with.
fn edge(byte: u8) -> u8 {
    match byte {
        0 => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        b'0'..=b'9' => 3,
        b'.' | b'!' | b'?' | b'"' => 4,
        b':' => 5,
        b',' | b';' => 6,
        b')' | b'(' | b']' | b'[' => 7,
        0x80.. => 8,
        _ => 9,
    }
}
