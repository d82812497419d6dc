//! Measures decontamination: speed, recall, precision, and whether operators count.
//!
//! ```sh
//! cargo run --release -p cc-math-dedup --example decontaminate [FOLDER]
//! ```
//!
//! What is measured: the time to index 86,000 made-up items; one core's throughput on 32 MB of
//! pages without any of them (made-up pages, and the texts of FOLDER where one is given, repeated
//! to that size); how many items are found that were planted in pages verbatim, in another
//! notation, and with words edited; how many finds are of an item that is not there; what becomes
//! of items of the same templates with other numbers, of questions with every operator flipped, and
//! of problems told of someone else; and the throughput on texts made to take long.
//!
//! Notes: everything comes from one seed. The items are of four kinds, each from a handful of
//! templates with random words, numbers and formulas, so that an item has thousands of relatives in
//! the index. Real benchmarks are more varied: expect fewer relatives and longer questions there.
#![allow(clippy::print_stdout)]

mod formula;
mod items;
mod pages;
mod random;

use cc_math_dedup::decontaminate::{Index, Item, Options, Scratch, Standing};
use formula::Style;
use items::Made;
use random::Random;
use std::path::Path;
use std::time::Instant;

const ITEMS: usize = 86_000;
const BACKGROUND: usize = 32_000_000;
const PLANTED: usize = 1000;

fn main() {
    let mut random = Random::new(2026);
    let made: Vec<Made> = (0..ITEMS).map(|_| items::any(&mut random)).collect();
    let items: Vec<Item> = made.iter().enumerate().map(|(n, made)| made.item(n)).collect();
    let before = resident();
    let start = Instant::now();
    let index = Index::new(&items, &Options::default());
    println!(
        "index: {ITEMS} items in {:.2} s, {} MB",
        start.elapsed().as_secs_f64(),
        resident() - before
    );
    let mut world = World { made, index, random, scratch: Scratch::default() };
    speed(&mut world);
    planted(&mut world);
    relatives(&mut world);
    flipped(&mut world);
    retold(&mut world);
    hostile(&mut world);
}

struct World {
    made: Vec<Made>,
    index: Index,
    random: Random,
    scratch: Scratch,
}

impl World {
    /// Items found in a text.
    fn found(&mut self, text: &str) -> Vec<usize> {
        self.index.judge(text, &[], &mut self.scratch).iter().map(|m| m.item).collect()
    }

    /// The item that stands for that one in the index.
    fn standing_for(&self, item: usize) -> usize {
        match self.index.standing(item) {
            Some(Standing::Repeats(other)) => other,
            _ => item,
        }
    }

    fn item_of(&mut self, kind: &str) -> usize {
        loop {
            let item = self.random.within(0, self.made.len());
            if self.made.get(item).is_some_and(|made| made.kind == kind) {
                return item;
            }
        }
    }
}

fn speed(world: &mut World) {
    let mut texts = Vec::new();
    let mut size = 0;
    while size < BACKGROUND {
        let page = pages::page(&mut world.random, "---");
        size += page.len();
        texts.push(page);
    }
    throughput("made-up pages", world, &texts);
    if let Some(folder) = std::env::args().nth(1) {
        let mut texts = Vec::new();
        read_texts(Path::new(&folder), &mut texts);
        let size: usize = texts.iter().map(String::len).sum();
        println!("FOLDER: {} texts, {:.1} MB once", texts.len(), size as f64 / 1e6);
        let once = texts.clone();
        for _ in 0..(BACKGROUND / size.max(1)).min(1000) {
            texts.extend_from_slice(&once);
        }
        throughput("texts of FOLDER", world, &texts);
    }
}

fn throughput(name: &str, world: &mut World, texts: &[String]) {
    let size: usize = texts.iter().map(String::len).sum();
    let start = Instant::now();
    let found: usize = texts.iter().map(|text| world.found(text).len()).sum();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{name}: {:.1} MB/s on one core ({} texts, {:.1} MB, {found} found)",
        size as f64 / 1e6 / seconds,
        texts.len(),
        size as f64 / 1e6
    );
}

fn read_texts(folder: &Path, texts: &mut Vec<String>) {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        if path.is_dir() {
            read_texts(&path, texts);
        } else if ["md", "txt", "tex", "qmd", "Rmd", "rst"].contains(&ending) {
            texts.extend(std::fs::read_to_string(&path).ok());
        }
    }
}

fn planted(world: &mut World) {
    println!("planted items: recall, and share of finds that were planted");
    let ways: &[(&str, Option<Style>, f64)] = &[
        ("verbatim", None, 0.0),
        ("LaTeX", Some(Style::Latex), 0.0),
        ("Unicode", Some(Style::Unicode), 0.0),
        ("5 % of words edited", None, 0.05),
        ("10 % of words edited", None, 0.10),
        ("20 % of words edited", None, 0.20),
    ];
    for kind in ["algebra", "word problem", "short problem", "choice"] {
        for (name, style, edits) in ways {
            let (mut recalled, mut finds) = (0, 0);
            for _ in 0..PLANTED {
                let item = world.item_of(kind);
                let Some(made) = world.made.get(item).cloned() else { continue };
                let own = if item.is_multiple_of(2) { Style::Plain } else { Style::Latex };
                let shown = pages::shown(&mut world.random, &made, style.unwrap_or(own), *edits);
                let page = pages::page(&mut world.random, &shown);
                let found = world.found(&page);
                recalled += usize::from(found.contains(&world.standing_for(item)));
                finds += found.len();
            }
            println!(
                "  {kind:13} {name:21} {:6.1} % {:6.1} %",
                share(recalled, PLANTED),
                share(recalled, finds)
            );
        }
    }
}

/// Items of the same templates that are not in the index.
fn relatives(world: &mut World) {
    let mut flagged = 0;
    for _ in 0..5 * PLANTED {
        let made = items::any(&mut world.random);
        let shown = pages::shown(&mut world.random, &made, Style::Latex, 0.0);
        let page = pages::page(&mut world.random, &shown);
        flagged += usize::from(!world.found(&page).is_empty());
    }
    println!("items that only resemble some in the index: {flagged} of {} flagged", 5 * PLANTED);
}

/// Problems with the same words and numbers about other people and things.
fn retold(world: &mut World) {
    for kind in ["word problem", "short problem"] {
        let mut flagged = 0;
        for _ in 0..PLANTED {
            let item = world.item_of(kind);
            let Some(made) = world.made.get(item).map(items::retold) else { continue };
            let shown = pages::shown(&mut world.random, &made, Style::Plain, 0.0);
            let page = pages::page(&mut world.random, &shown);
            flagged += usize::from(world.found(&page).contains(&item));
        }
        println!(
            "{kind}s told of another person and thing, with another answer: {flagged} of {PLANTED} flagged"
        );
    }
}

/// Texts made to take long.
fn hostile(world: &mut World) {
    let dump: String =
        world.made.iter().take(4000).map(|m| m.question(Style::Plain) + "\n\n").collect();
    let shared =
        "It requires a unanimous vote in most cases It raises the interest rate by definition ";
    for (name, text) in [
        ("one letter", "a".repeat(1 << 20)),
        ("one word", "ha ".repeat(1 << 19)),
        ("open braces", "{".repeat(1 << 20)),
        ("backslashes", "\\".repeat(1 << 20)),
        ("fractions", "\\frac".repeat(1 << 18)),
        ("signs", "- ".repeat(1 << 19)),
        ("tags", "<a =".repeat(1 << 18)),
        ("common runs of items", shared.repeat(1 << 13)),
        ("4,000 items", dump),
    ] {
        let start = Instant::now();
        let found = world.found(&text).len();
        let speed = text.len() as f64 / 1e6 / start.elapsed().as_secs_f64();
        println!("hostile, {name}: {speed:.1} MB/s, {found} found");
    }
}

fn flipped(world: &mut World) {
    let (mut verbatim, mut flipped) = (0, 0);
    for _ in 0..200 {
        let item = world.item_of("algebra");
        let Some(made) = world.made.get(item).cloned() else { continue };
        let style = if item.is_multiple_of(2) { Style::Plain } else { Style::Latex };
        let mut is_found = |made: &Made| {
            let shown = pages::shown(&mut world.random, made, style, 0.0);
            let page = pages::page(&mut world.random, &shown);
            !world.index.judge(&page, &[], &mut world.scratch).is_empty()
        };
        verbatim += usize::from(is_found(&made));
        flipped += usize::from(is_found(&made.flipped()));
    }
    println!(
        "200 questions of eight operators and more: {verbatim} found verbatim, {flipped} with every operator flipped"
    );
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// Megabytes of memory in use, where the system says so.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<usize>().ok()).unwrap_or(0) / 1000
}
