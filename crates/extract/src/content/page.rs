//! What the page says of itself: titles, Open Graph and schema.org types, its address.

use super::Hints;
use super::text::Stats;
use cc_math_html::{Dom, Element, NodeId, local_name};

/// Bits for the types a page declares.
pub(super) mod kind {
    pub(in super::super) const ARTICLE: u32 = 1;
    pub(in super::super) const PRODUCT: u32 = 1 << 1;
    pub(in super::super) const LISTING: u32 = 1 << 2;
    pub(in super::super) const FORUM: u32 = 1 << 3;
    pub(in super::super) const FAQ: u32 = 1 << 4;
    pub(in super::super) const ORGANISATION: u32 = 1 << 5;
    pub(in super::super) const RECIPE: u32 = 1 << 6;
    pub(in super::super) const EVENT: u32 = 1 << 7;
    pub(in super::super) const REVIEW: u32 = 1 << 8;
    pub(in super::super) const SERVICE: u32 = 1 << 9;
    pub(in super::super) const OG_ARTICLE: u32 = 1 << 10;
    pub(in super::super) const OG_PRODUCT: u32 = 1 << 11;
    pub(in super::super) const OG_WEBSITE: u32 = 1 << 12;
    pub(in super::super) const PUBLISHED: u32 = 1 << 13;
    pub(in super::super) const PLATFORM_FORUM: u32 = 1 << 14;
    pub(in super::super) const PLATFORM_DOCS: u32 = 1 << 15;
    pub(in super::super) const PLATFORM_SHOP: u32 = 1 << 16;
    /// Number of types.
    pub(in super::super) const COUNT: u32 = 17;
}

/// What is known of the page as a whole before its text is looked at.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Types, as bits of [`kind`].
    pub(super) kinds: u32,
    /// The content of `<title>`.
    pub(super) title: Option<String>,
    /// `og:title` or its kin.
    pub(super) social_title: Option<String>,
    /// Hashes of the word sequences that may be the title.
    pub(super) title_hashes: Vec<u64>,
    /// Hash of the words of the page's description.
    pub(super) description_hash: u64,
    /// Segments of the path of the address.
    pub(super) path_segments: u8,
    /// Words in the last segment of the path.
    pub(super) slug_words: u8,
    /// Types that the address suggests, as bits of [`kind`].
    pub(super) address_kinds: u32,
}

/// At most so many elements are looked at for metadata, and so many bytes of each.
const METADATA_ELEMENTS: usize = 400;
const METADATA_BYTES: usize = 200_000;

/// Reads the metadata of a page. `elements` are the metadata elements found on the walk.
pub(super) fn read(dom: &Dom, elements: &[NodeId], hints: &Hints<'_>) -> Page {
    let mut page = Page::default();
    for &node in elements.iter().take(METADATA_ELEMENTS) {
        if let Some(element) = dom.element(node) {
            page.element(dom, node, element);
        }
    }
    page.note_titles();
    page.address(hints.url.unwrap_or_default());
    page
}

fn attr<'a>(dom: &'a Dom, node: NodeId, name: &str) -> &'a str {
    dom.attr(node, name).unwrap_or_default()
}

impl Page {
    fn element(&mut self, dom: &Dom, node: NodeId, element: &Element) {
        match element.name {
            local_name!("title") if self.title.is_none() => self.title = text(dom, node),
            local_name!("meta") => self.meta(dom, node),
            local_name!("script") if attr(dom, node, "type") == "application/ld+json" => {
                for child in dom.children(node) {
                    self.kinds |= linked_data(dom.text(child).unwrap_or_default());
                }
            }
            _ => self.kinds |= schema_kind(attr(dom, node, "itemtype")),
        }
    }

    fn meta(&mut self, dom: &Dom, node: NodeId) {
        let name = match attr(dom, node, "property") {
            "" => attr(dom, node, "name"),
            property => property,
        };
        let content = attr(dom, node, "content");
        match name {
            "og:type" => self.kinds |= social_kind(content),
            "og:title" | "twitter:title" if self.social_title.is_none() => {
                self.social_title = Some(content.trim().into()).filter(|s: &String| !s.is_empty());
            }
            "description" | "og:description" => self.description_hash = hash(content),
            "article:published_time" | "datePublished" | "article:modified_time" => {
                self.kinds |= kind::PUBLISHED;
            }
            "product:price:amount" | "og:price:amount" => self.kinds |= kind::OG_PRODUCT,
            "generator" => self.kinds |= platform(content),
            _ => {}
        }
    }

    /// The title itself, and what is left of it when the site's name is cut off.
    fn note_titles(&mut self) {
        for title in [&self.title, &self.social_title].into_iter().flatten() {
            self.title_hashes.push(hash(title));
            for cut in [" | ", " - ", " – ", " — ", " :: ", " » ", " « ", " · ", ": "] {
                self.title_hashes.extend(title.split(cut).take(4).map(hash));
            }
        }
        self.title_hashes.sort_unstable();
        self.title_hashes.dedup();
        self.title_hashes.retain(|hash| *hash != 0);
    }

    fn address(&mut self, url: &str) {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segments = || path.split('/').filter(|segment| !segment.is_empty());
        self.path_segments = segments().count().min(20) as u8;
        let slug = segments().next_back().unwrap_or_default();
        self.slug_words =
            slug.split(['-', '_']).filter(|word| !word.is_empty()).count().min(30) as u8;
        let labels = host.split('.').rev().skip(1);
        for part in labels.chain(segments()) {
            self.address_kinds |= address_kind(part);
        }
    }
}

/// Hash of the words of a text; 0 if there is none.
fn hash(text: &str) -> u64 {
    let mut stats = Stats::default();
    let end = text.char_indices().nth(2000).map_or(text.len(), |(at, _)| at);
    stats.add(text.get(..end).unwrap_or_default(), false);
    stats.hash
}

/// The text of an element on one line, if there is any.
pub(super) fn text(dom: &Dom, node: NodeId) -> Option<String> {
    let raw = dom.text_content(node);
    let words: Vec<&str> = raw.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn social_kind(value: &str) -> u32 {
    match value {
        "article" | "blog" => kind::OG_ARTICLE,
        "product" | "product.item" | "og:product" | "product.group" => kind::OG_PRODUCT,
        "website" => kind::OG_WEBSITE,
        _ => 0,
    }
}

fn platform(generator: &str) -> u32 {
    const PLATFORMS: [(&str, u32); 14] = [
        ("discourse", kind::PLATFORM_FORUM),
        ("xenforo", kind::PLATFORM_FORUM),
        ("phpbb", kind::PLATFORM_FORUM),
        ("vbulletin", kind::PLATFORM_FORUM),
        ("mybb", kind::PLATFORM_FORUM),
        ("invision", kind::PLATFORM_FORUM),
        ("sphinx", kind::PLATFORM_DOCS),
        ("docusaurus", kind::PLATFORM_DOCS),
        ("mkdocs", kind::PLATFORM_DOCS),
        ("mediawiki", kind::PLATFORM_DOCS),
        ("doxygen", kind::PLATFORM_DOCS),
        ("woocommerce", kind::PLATFORM_SHOP),
        ("shopify", kind::PLATFORM_SHOP),
        ("prestashop", kind::PLATFORM_SHOP),
    ];
    let generator = generator.to_ascii_lowercase();
    PLATFORMS.iter().filter(|(name, _)| generator.contains(name)).fold(0, |all, (_, bit)| all | bit)
}

/// The types named in a JSON-LD script; the JSON itself need not be sound.
fn linked_data(json: &str) -> u32 {
    let end = (0..=METADATA_BYTES.min(json.len())).rev().find(|at| json.is_char_boundary(*at));
    let mut rest = json.get(..end.unwrap_or(0)).unwrap_or_default();
    let mut kinds = 0;
    while let Some(at) = memchr::memmem::find(rest.as_bytes(), b"\"@type\"") {
        rest = rest.get(at + 7..).unwrap_or_default();
        let value = rest.trim_start_matches([':', ' ', '\n', '\t', '\r', '[', '"']);
        kinds |= schema_kind(value.split('"').next().unwrap_or_default());
    }
    kinds
}

fn schema_kind(name: &str) -> u32 {
    match name.rsplit('/').next().unwrap_or(name) {
        "Article"
        | "NewsArticle"
        | "BlogPosting"
        | "TechArticle"
        | "ScholarlyArticle"
        | "ReportageNewsArticle"
        | "Blog" => kind::ARTICLE,
        "Product" | "ProductGroup" => kind::PRODUCT,
        "ItemList" | "CollectionPage" | "SearchResultsPage" | "OfferCatalog" => kind::LISTING,
        "DiscussionForumPosting" | "QAPage" | "Question" | "Comment" => kind::FORUM,
        "FAQPage" => kind::FAQ,
        "Organization" | "WebSite" | "Corporation" => kind::ORGANISATION,
        "LocalBusiness" | "Service" | "SoftwareApplication" | "ProfessionalService" => {
            kind::SERVICE
        }
        "Recipe" | "HowTo" => kind::RECIPE,
        "Event" | "Course" | "JobPosting" => kind::EVENT,
        "Review" | "AggregateRating" => kind::REVIEW,
        _ => 0,
    }
}

#[rustfmt::skip]
fn address_kind(part: &str) -> u32 {
    match part {
        "blog" | "blogs" | "news" | "article" | "articles" | "story" | "post" | "posts" | "stories" | "magazine" | "press" => kind::ARTICLE,
        "product" | "products" | "shop" | "store" | "p" | "item" | "dp" | "buy" => kind::PRODUCT,
        "category" | "categories" | "collections" | "collection" | "c" | "tag" | "tags" | "archive" | "list" | "listing" | "directory" | "catalog" | "search" | "browse" | "product-category" => kind::LISTING,
        "forum" | "forums" | "thread" | "threads" | "topic" | "topics" | "t" | "community" | "questions" | "discussion" | "viewtopic.php" | "showthread.php" | "comments" | "answers" | "discuss" => kind::FORUM,
        "docs" | "doc" | "documentation" | "wiki" | "help" | "support" | "reference" | "manual" | "guide" | "guides" | "api" | "developer" | "developers" | "learn" | "tutorial" | "tutorials" => kind::PLATFORM_DOCS,
        "services" | "service" | "solutions" | "solution" | "about" | "pricing" | "features" | "platform" => kind::SERVICE,
        "event" | "events" | "jobs" | "careers" | "courses" | "programs" => kind::EVENT,
        "review" | "reviews" => kind::REVIEW,
        "recipe" | "recipes" => kind::RECIPE,
        "faq" | "faqs" => kind::FAQ,
        _ => 0,
    }
}
