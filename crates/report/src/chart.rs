//! Small charts as inline SVG, coloured by the page's style.

use crate::html::{escape, figure, grouped};
use std::fmt::Write;

/// One bar of a histogram.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) count: u64,
}

/// Bars by powers of two: nothing, 1, 2-3, 4-7, and so on.
#[derive(Debug, Clone, Default)]
pub(crate) struct PowerBins(std::collections::BTreeMap<u32, u64>);

impl PowerBins {
    pub(crate) fn add(&mut self, number: u64) {
        *self.0.entry(u64::BITS - number.leading_zeros()).or_default() += 1;
    }

    /// From the first bar that is not empty to the last.
    pub(crate) fn bars(&self) -> Vec<Bar> {
        let (Some((first, _)), Some((last, _))) =
            (self.0.first_key_value(), self.0.last_key_value())
        else {
            return Vec::new();
        };
        let count = |bin| self.0.get(&bin).copied().unwrap_or_default();
        (*first..=*last).map(|bin| Bar { label: power(bin), count: count(bin) }).collect()
    }
}

fn power(bin: u32) -> String {
    match bin {
        0 => "0".into(),
        1 => "1".into(),
        _ => format!(
            "{}–{}",
            short(1 << (bin - 1)),
            short((1_u64 << (bin - 1)).saturating_mul(2) - 1)
        ),
    }
}

/// `1024` is `1k`: close enough where bars double.
fn short(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        1000..1_000_000 => format!("{}k", number / 1000),
        _ => format!("{}M", number / 1_000_000),
    }
}

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 96.0;

/// A histogram with the numbers behind it, for those who do not see it.
pub(crate) fn histogram(title: &str, note: &str, bars: &[Bar], mark: Option<f64>) -> String {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    let step = WIDTH / bars.len().max(1) as f64;
    let mut svg = String::new();
    for (index, bar) in bars.iter().enumerate() {
        let height = HEIGHT * bar.count as f64 / most as f64;
        let height = if bar.count > 0 { height.max(1.0) } else { 0.0 };
        // Writing to a string does not fail.
        write!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{}: {}</title></rect>",
            step * index as f64 + 0.5,
            HEIGHT - height,
            (step - 1.0).max(0.5),
            escape(&bar.label),
            grouped(bar.count),
        )
        .unwrap_or_default();
    }
    if let Some(share) = mark.filter(|share| (0.0..=1.0).contains(share)) {
        let x = share * WIDTH;
        write!(svg, "<line class=\"mark\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"0\" y2=\"{HEIGHT}\"/>")
            .unwrap_or_default();
    }
    let label = |bar: Option<&Bar>| bar.map(|bar| escape(&bar.label)).unwrap_or_default();
    format!(
        "<figure><figcaption>{title}<span class=\"note\">{note}</span></figcaption>\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{title}\">{svg}\
         <line class=\"axis\" x1=\"0\" x2=\"{WIDTH}\" y1=\"{HEIGHT}\" y2=\"{HEIGHT}\"/></svg>\
         <div class=\"ends\"><span>{}</span><span>{}</span></div>{}</figure>",
        label(bars.first()),
        label(bars.last()),
        numbers(bars),
        title = escape(title),
        note = escape(note),
    )
}

fn numbers(bars: &[Bar]) -> String {
    let rows: String = bars
        .iter()
        .map(|bar| {
            format!("<tr><th scope=\"row\">{}<td>{}", escape(&bar.label), grouped(bar.count))
        })
        .collect();
    format!(
        "<details><summary>numbers</summary><table><thead><tr><th scope=\"col\">range<th scope=\"col\">count<tbody>{rows}</table></details>"
    )
}

/// Shares from 0 to 1 at equal steps, as a curve of a class of the page's style.
pub(crate) struct Line<'a> {
    pub(crate) class: &'a str,
    pub(crate) name: &'a str,
    pub(crate) shares: Vec<f64>,
}

/// Curves over the same steps, and a line at the mark, which is between 0 and 1.
pub(crate) fn curves(
    title: &str,
    note: &str,
    lines: &[Line<'_>],
    mark: f64,
    ends: &[String; 2],
) -> String {
    let (mut svg, mut key) = (String::new(), String::new());
    for Line { class, name, shares } in lines {
        let step = WIDTH / shares.len().saturating_sub(1).max(1) as f64;
        let points = shares.iter().enumerate().map(|(index, share)| {
            format!("{:.1},{:.1}", step * index as f64, HEIGHT * (1.0 - share))
        });
        let points = points.collect::<Vec<_>>().join(" ");
        // Writing to a string does not fail.
        write!(svg, "<polyline class=\"{class}\" points=\"{points}\"/>").unwrap_or_default();
        write!(key, "<i class=\"{class}\"></i>{name}").unwrap_or_default();
    }
    let [least, most] = ends;
    format!(
        "<figure class=\"curves\"><figcaption>{title}<span class=\"note key\">{key}, {note}</span></figcaption>\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{title}\">{svg}\
         <line class=\"mark\" x1=\"{mark:.1}\" x2=\"{mark:.1}\" y1=\"0\" y2=\"{HEIGHT}\"/>\
         <line class=\"axis\" x1=\"0\" x2=\"{WIDTH}\" y1=\"{HEIGHT}\" y2=\"{HEIGHT}\"/></svg>\
         <div class=\"ends\"><span>{least}</span><span>{most}</span></div></figure>",
        title = escape(title),
        mark = mark.clamp(0.0, 1.0) * WIDTH,
    )
}

/// Bins of equal width as bars.
pub(crate) fn bars(bins: &[(f64, f64, u64)]) -> Vec<Bar> {
    let label = |from: &f64, to: &f64| format!("{}–{}", figure(*from), figure(*to));
    bins.iter().map(|(from, to, count)| Bar { label: label(from, to), count: *count }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_double() {
        let mut bins = PowerBins::default();
        [0, 1, 2, 3, 7, 1024].into_iter().for_each(|n| bins.add(n));
        let bars = bins.bars();
        let counts: Vec<_> = bars.iter().map(|bar| (bar.label.as_str(), bar.count)).collect();
        assert_eq!(counts.first(), Some(&("0", 1)));
        assert_eq!(counts.get(2), Some(&("2–3", 2)));
        assert_eq!(counts.last(), Some(&("1k–2k", 1)));
        bins.add(u64::MAX);
        assert_eq!(bins.bars().len(), 65);
        assert!(PowerBins::default().bars().is_empty());
    }

    #[test]
    fn charts_hold_every_number() {
        let bars = [Bar { label: "<a>".into(), count: 1234 }, Bar { label: "b".into(), count: 0 }];
        let svg = histogram("T", "", &bars, Some(0.5));
        assert!(svg.contains("&lt;a&gt;: 1,234") && svg.contains("class=\"mark\""));
        assert!(histogram("T", "", &[], None).contains("<svg"));
        let line = Line { class: "good", name: "n", shares: vec![1.0, 0.5, 0.0] };
        let svg = curves("<T>", "", &[line], 0.5, &["1".into(), "3".into()]);
        assert!(
            svg.contains("points=\"0.0,0.0 180.0,48.0 360.0,96.0\"") && svg.contains("&lt;T&gt;")
        );
    }
}
