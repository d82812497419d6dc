//! The two vocabularies: tokens of `class`/`id` attributes, and words of the text itself.
//!
//! Both are closed lists, looked up by hash in tables that are laid out at
//! compile time. A token stands for one or more categories, given as bits.

/// Categories of `class` and `id` tokens. One bit each, in this order.
pub(super) mod class {
    pub(in super::super) const NAV: u64 = 1;
    pub(in super::super) const SIDEBAR: u64 = 1 << 1;
    pub(in super::super) const HEADER: u64 = 1 << 2;
    pub(in super::super) const FOOTER: u64 = 1 << 3;
    pub(in super::super) const COOKIE: u64 = 1 << 4;
    pub(in super::super) const MODAL: u64 = 1 << 5;
    pub(in super::super) const SHARE: u64 = 1 << 6;
    pub(in super::super) const COMMENT: u64 = 1 << 7;
    pub(in super::super) const RELATED: u64 = 1 << 8;
    pub(in super::super) const AD: u64 = 1 << 9;
    pub(in super::super) const META: u64 = 1 << 10;
    pub(in super::super) const NEWSLETTER: u64 = 1 << 11;
    pub(in super::super) const SEARCH: u64 = 1 << 12;
    pub(in super::super) const LOGIN: u64 = 1 << 13;
    pub(in super::super) const CONTENT: u64 = 1 << 14;
    pub(in super::super) const ARTICLE: u64 = 1 << 15;
    pub(in super::super) const PRODUCT: u64 = 1 << 16;
    pub(in super::super) const CART: u64 = 1 << 17;
    pub(in super::super) const CARD: u64 = 1 << 18;
    pub(in super::super) const FORUM: u64 = 1 << 19;
    pub(in super::super) const REVIEW: u64 = 1 << 20;
    pub(in super::super) const TITLE: u64 = 1 << 21;
    pub(in super::super) const MEDIA: u64 = 1 << 22;
    pub(in super::super) const TABS: u64 = 1 << 23;
    pub(in super::super) const HIDDEN: u64 = 1 << 24;
    pub(in super::super) const CODE: u64 = 1 << 25;
    pub(in super::super) const BUTTON: u64 = 1 << 26;
    pub(in super::super) const DOC: u64 = 1 << 27;
    pub(in super::super) const PRICE: u64 = 1 << 28;
    pub(in super::super) const AUTHOR: u64 = 1 << 29;
    pub(in super::super) const TOC: u64 = 1 << 30;
    pub(in super::super) const SKIP: u64 = 1 << 31;
}

/// Categories of words of text. One bit each, in this order.
pub(super) mod word {
    pub(in super::super) const STOP: u64 = 1;
    pub(in super::super) const TIME: u64 = 1 << 1;
    pub(in super::super) const CART: u64 = 1 << 2;
    pub(in super::super) const SHARE: u64 = 1 << 3;
    pub(in super::super) const AUTH: u64 = 1 << 4;
    pub(in super::super) const LEGAL: u64 = 1 << 5;
    pub(in super::super) const COMMENT: u64 = 1 << 6;
    pub(in super::super) const NAV: u64 = 1 << 7;
    pub(in super::super) const RELATED: u64 = 1 << 8;
    pub(in super::super) const AUTHOR: u64 = 1 << 9;
    pub(in super::super) const REVIEW: u64 = 1 << 10;
    pub(in super::super) const CONTACT: u64 = 1 << 11;
    /// Number of categories.
    pub(in super::super) const COUNT: usize = 12;
}

type Entry = (&'static str, u64);

#[rustfmt::skip]
const CLASS_TOKENS: &[Entry] = {
    use class::*;
    &[
        ("nav", NAV), ("navbar", NAV), ("navigation", NAV), ("menu", NAV), ("menus", NAV), ("menuitem", NAV), ("submenu", NAV), ("megamenu", NAV),
        ("breadcrumb", NAV), ("breadcrumbs", NAV), ("crumb", NAV), ("crumbs", NAV), ("pager", NAV), ("pagination", NAV), ("paging", NAV), ("pages", NAV),
        ("prev", NAV), ("next", NAV), ("previous", NAV), ("sitemap", NAV), ("tabbar", NAV), ("topnav", NAV | HEADER), ("subnav", NAV), ("globalnav", NAV | HEADER), ("hamburger", NAV), ("nextprev", NAV),
        ("toc", TOC), ("contents", TOC), ("outline", TOC), ("scrollspy", TOC), ("anchors", TOC), ("jump", TOC),
        ("skip", SKIP), ("skiplink", SKIP), ("skiptocontent", SKIP), ("backtotop", SKIP), ("totop", SKIP), ("scrolltop", SKIP),
        ("sidebar", SIDEBAR), ("sidebars", SIDEBAR), ("side", SIDEBAR), ("sidenav", SIDEBAR | NAV), ("sidemenu", SIDEBAR | NAV), ("aside", SIDEBAR), ("rail", SIDEBAR), ("widget", SIDEBAR), ("widgets", SIDEBAR), ("right", SIDEBAR), ("left", SIDEBAR), ("secondary", SIDEBAR), ("sticky", SIDEBAR), ("rightcol", SIDEBAR), ("leftcol", SIDEBAR), ("complementary", SIDEBAR), ("blogroll", SIDEBAR),
        ("header", HEADER), ("head", HEADER), ("masthead", HEADER), ("topbar", HEADER), ("banner", HEADER | AD), ("logo", HEADER), ("site", HEADER), ("global", HEADER), ("announcement", HEADER), ("branding", HEADER), ("brand", HEADER), ("utility", HEADER),
        ("footer", FOOTER), ("foot", FOOTER), ("bottom", FOOTER), ("copyright", FOOTER), ("legal", FOOTER), ("colophon", FOOTER), ("disclaimer", FOOTER), ("footnav", FOOTER | NAV), ("credits", FOOTER), ("poweredby", FOOTER), ("license", FOOTER), ("address", FOOTER),
        ("cookie", COOKIE), ("cookies", COOKIE), ("consent", COOKIE), ("gdpr", COOKIE), ("onetrust", COOKIE), ("ot", COOKIE), ("optanon", COOKIE), ("cookiebot", COOKIE), ("cybotcookiebotdialog", COOKIE), ("cmp", 0), ("ccpa", COOKIE), ("privacy", COOKIE | FOOTER), ("cookieconsent", COOKIE), ("cmplz", COOKIE), ("cky", COOKIE), ("didomi", COOKIE), ("usercentrics", COOKIE), ("trustarc", COOKIE), ("borlabs", COOKIE), ("cookielaw", COOKIE), ("iubenda", COOKIE), ("notice", COOKIE),
        ("modal", MODAL), ("modals", MODAL), ("popup", MODAL), ("popups", MODAL), ("popover", MODAL), ("overlay", MODAL), ("dialog", MODAL), ("lightbox", MODAL), ("drawer", MODAL), ("offcanvas", MODAL), ("canvas", MODAL), ("toast", MODAL), ("tooltip", MODAL), ("dropdown", MODAL | NAV), ("flyout", MODAL | NAV), ("alert", MODAL), ("alerts", MODAL), ("notification", MODAL), ("notifications", MODAL), ("snackbar", MODAL), ("interstitial", MODAL), ("paywall", MODAL), ("gate", MODAL), ("fancybox", MODAL), ("loader", MODAL), ("loading", MODAL), ("spinner", MODAL), ("error", MODAL), ("errors", MODAL), ("pum", MODAL),
        ("share", SHARE), ("sharing", SHARE), ("shares", SHARE), ("shared", SHARE), ("social", SHARE), ("socials", SHARE), ("addthis", SHARE), ("addtoany", SHARE), ("a2a", SHARE), ("sharedaddy", SHARE), ("sharethis", SHARE), ("facebook", SHARE), ("twitter", SHARE), ("linkedin", SHARE), ("pinterest", SHARE), ("instagram", SHARE), ("whatsapp", SHARE), ("youtube", SHARE), ("print", SHARE), ("email", SHARE | NEWSLETTER), ("follow", SHARE), ("likes", SHARE), ("like", SHARE), ("bookmark", SHARE),
        ("comment", COMMENT), ("comments", COMMENT), ("commentlist", COMMENT), ("disqus", COMMENT), ("respond", COMMENT), ("replies", COMMENT | FORUM), ("reply", COMMENT | FORUM), ("commentary", COMMENT), ("discussion", COMMENT | FORUM), ("trackback", COMMENT), ("pingback", COMMENT), ("livefyre", COMMENT), ("fb", SHARE),
        ("related", RELATED), ("relatedposts", RELATED), ("recommend", RELATED), ("recommended", RELATED), ("recommendation", RELATED), ("recommendations", RELATED), ("recs", RELATED), ("similar", RELATED), ("upsell", RELATED), ("upsells", RELATED), ("crosssell", RELATED), ("cross", RELATED), ("popular", RELATED), ("trending", RELATED), ("latest", RELATED), ("recent", RELATED), ("recently", RELATED), ("viewed", RELATED), ("more", RELATED), ("also", RELATED), ("suggested", RELATED), ("suggestions", RELATED), ("readmore", RELATED), ("read", RELATED), ("featured", RELATED), ("mostread", RELATED), ("yarpp", RELATED), ("further", RELATED), ("explore", RELATED), ("discover", RELATED), ("teaser", RELATED | CARD), ("teasers", RELATED | CARD), ("promos", AD),
        ("ad", AD), ("ads", AD), ("adv", AD), ("advert", AD), ("adverts", AD), ("advertisement", AD), ("advertising", AD), ("adsbygoogle", AD), ("adslot", AD), ("adunit", AD), ("sponsor", AD), ("sponsored", AD), ("sponsors", AD), ("promo", AD), ("promoted", AD), ("promotion", AD), ("promotions", AD), ("dfp", AD), ("gpt", AD), ("taboola", AD), ("outbrain", AD), ("affiliate", AD), ("marketing", AD), ("campaign", AD), ("offer", AD), ("offers", AD), ("deal", AD), ("deals", AD),
        ("meta", META), ("date", META), ("datetime", META), ("time", META), ("timestamp", META), ("published", META), ("posted", META), ("tag", META), ("tags", META), ("category", META), ("categories", META), ("info", META), ("postmeta", META), ("entrymeta", META), ("metadata", META), ("details", META | PRODUCT), ("label", META), ("labels", META), ("badge", META), ("badges", META), ("eyebrow", META), ("kicker", META), ("breadcrumblist", NAV), ("topics", META), ("taxonomy", META), ("stats", META), ("counter", META), ("count", META), ("views", META), ("updated", META),
        ("author", AUTHOR), ("authors", AUTHOR), ("byline", AUTHOR | META), ("bio", AUTHOR), ("avatar", AUTHOR), ("writer", AUTHOR), ("contributor", AUTHOR), ("contributors", AUTHOR), ("profile", AUTHOR | LOGIN), ("username", AUTHOR), ("user", AUTHOR | LOGIN), ("poster", AUTHOR), ("vcard", AUTHOR), ("by", AUTHOR), ("editor", AUTHOR), ("reviewer", AUTHOR),
        ("newsletter", NEWSLETTER), ("newsletters", NEWSLETTER), ("subscribe", NEWSLETTER), ("subscription", NEWSLETTER), ("signup", NEWSLETTER), ("optin", NEWSLETTER), ("mailchimp", NEWSLETTER), ("mc4wp", NEWSLETTER), ("form", NEWSLETTER), ("forms", NEWSLETTER), ("gform", NEWSLETTER), ("wpcf7", NEWSLETTER), ("hsform", NEWSLETTER), ("hs", 0), ("klaviyo", NEWSLETTER), ("leadform", NEWSLETTER), ("lead", TITLE), ("contact", NEWSLETTER | FOOTER), ("mailing", NEWSLETTER), ("field", 0), ("input", NEWSLETTER), ("captcha", NEWSLETTER),
        ("search", SEARCH), ("searchbox", SEARCH), ("searchform", SEARCH), ("filter", SEARCH), ("filters", SEARCH), ("facet", SEARCH), ("facets", SEARCH), ("sort", SEARCH), ("sorting", SEARCH), ("sortby", SEARCH), ("refine", SEARCH), ("refinement", SEARCH), ("refinements", SEARCH), ("toolbar", SEARCH), ("toolbox", SEARCH), ("autocomplete", SEARCH), ("selector", SEARCH), ("select", SEARCH), ("option", SEARCH), ("options", SEARCH), ("checkbox", SEARCH), ("language", SEARCH), ("lang", SEARCH), ("locale", SEARCH), ("country", SEARCH), ("currency", SEARCH), ("languages", SEARCH),
        ("login", LOGIN), ("signin", LOGIN), ("account", LOGIN), ("register", LOGIN), ("logout", LOGIN), ("members", LOGIN), ("member", LOGIN), ("password", LOGIN), ("auth", LOGIN),
        ("content", CONTENT), ("main", CONTENT), ("body", CONTENT), ("text", CONTENT), ("copy", CONTENT), ("prose", CONTENT), ("markdown", CONTENT | DOC), ("wysiwyg", CONTENT), ("richtext", CONTENT), ("rich", CONTENT), ("rte", CONTENT), ("rte2", CONTENT), ("maincontent", CONTENT), ("contentbody", CONTENT), ("bodytext", CONTENT), ("articlebody", CONTENT | ARTICLE), ("primary", CONTENT), ("paragraph", CONTENT), ("editorial", CONTENT), ("page", 0), ("mw", DOC), ("parser", CONTENT), ("cms", CONTENT), ("textblock", CONTENT), ("longform", CONTENT), ("html", CONTENT), ("blocktext", CONTENT),
        ("article", ARTICLE), ("entry", ARTICLE), ("post", ARTICLE), ("story", ARTICLE), ("blog", ARTICLE), ("blogpost", ARTICLE), ("hentry", ARTICLE), ("news", ARTICLE), ("single", ARTICLE), ("postcontent", ARTICLE | CONTENT), ("entrycontent", ARTICLE | CONTENT), ("storybody", ARTICLE | CONTENT), ("recipe", ARTICLE), ("posts", CARD), ("articles", CARD), ("stories", CARD), ("archive", CARD),
        ("product", PRODUCT), ("products", PRODUCT | CARD), ("sku", PRODUCT), ("description", PRODUCT | CONTENT), ("desc", PRODUCT | CONTENT), ("detail", PRODUCT), ("spec", PRODUCT), ("specs", PRODUCT), ("specification", PRODUCT), ("specifications", PRODUCT), ("variant", PRODUCT | SEARCH), ("variants", PRODUCT | SEARCH), ("swatch", PRODUCT | SEARCH), ("swatches", PRODUCT | SEARCH), ("pdp", PRODUCT), ("features", PRODUCT), ("feature", PRODUCT), ("ingredients", PRODUCT), ("attributes", PRODUCT), ("woocommerce", PRODUCT), ("accordion", TABS),
        ("price", PRICE), ("prices", PRICE), ("pricing", PRICE), ("amount", PRICE), ("money", PRICE), ("sale", PRICE), ("discount", PRICE | AD), ("stock", PRICE), ("availability", PRICE), ("shipping", PRICE), ("delivery", PRICE),
        ("cart", CART), ("minicart", CART), ("basket", CART), ("checkout", CART), ("wishlist", CART), ("quickview", CART), ("addtocart", CART), ("bag", CART), ("buy", CART), ("quantity", CART), ("qty", CART), ("quickshop", CART), ("compare", CART), ("atc", CART), ("favorite", CART), ("purchase", CART),
        ("card", CARD), ("cards", CARD), ("tile", CARD), ("tiles", CARD), ("grid", CARD), ("list", CARD), ("item", CARD), ("items", CARD), ("loop", CARD), ("listing", CARD), ("listings", CARD), ("result", CARD), ("results", CARD), ("collection", CARD), ("feed", CARD), ("masonry", CARD), ("catalog", CARD), ("thumbnail", CARD | MEDIA), ("thumb", CARD | MEDIA),
        ("message", FORUM), ("messages", FORUM), ("msg", FORUM), ("thread", FORUM), ("topic", FORUM), ("question", FORUM), ("answer", FORUM), ("answers", FORUM), ("answercell", FORUM), ("postcell", FORUM), ("forum", FORUM), ("forums", FORUM), ("postbody", FORUM | CONTENT), ("postbit", FORUM), ("cooked", FORUM | CONTENT), ("crawler", FORUM), ("bbwrapper", FORUM | CONTENT), ("bbcode", FORUM), ("quote", FORUM), ("blockquote", FORUM), ("signature", AUTHOR), ("votes", FORUM | META), ("vote", FORUM | META), ("reactions", SHARE | META), ("reaction", SHARE | META), ("conversation", FORUM),
        ("review", REVIEW), ("reviews", REVIEW), ("rating", REVIEW), ("ratings", REVIEW), ("stars", REVIEW), ("star", REVIEW), ("testimonial", REVIEW), ("testimonials", REVIEW), ("bazaarvoice", REVIEW), ("bv", REVIEW), ("yotpo", REVIEW), ("judgeme", REVIEW), ("jdgm", REVIEW), ("okendo", REVIEW), ("trustpilot", REVIEW), ("score", REVIEW),
        ("hero", TITLE), ("intro", TITLE), ("summary", TITLE), ("excerpt", TITLE | CARD), ("headline", TITLE), ("title", TITLE), ("titles", TITLE), ("subtitle", TITLE), ("subtitles", TITLE), ("deck", TITLE), ("dek", TITLE), ("standfirst", TITLE), ("abstract", TITLE), ("heading", TITLE), ("subheading", TITLE), ("subhead", TITLE), ("jumbotron", TITLE), ("name", TITLE), ("lede", TITLE), ("tagline", TITLE),
        ("caption", MEDIA), ("figcaption", MEDIA), ("credit", MEDIA), ("figure", MEDIA), ("image", MEDIA), ("images", MEDIA), ("img", MEDIA), ("photo", MEDIA), ("photos", MEDIA), ("gallery", MEDIA), ("media", MEDIA), ("carousel", MEDIA), ("slider", MEDIA), ("slide", MEDIA), ("slides", MEDIA), ("slideshow", MEDIA), ("slick", MEDIA), ("swiper", MEDIA), ("splide", MEDIA), ("owl", MEDIA), ("video", MEDIA), ("player", MEDIA), ("audio", MEDIA), ("icon", MEDIA), ("icons", MEDIA), ("picture", MEDIA), ("embed", MEDIA), ("chart", MEDIA), ("map", MEDIA),
        ("tab", TABS), ("tabs", TABS), ("tabpanel", TABS), ("accordions", TABS), ("collapse", TABS), ("collapsed", TABS), ("collapsible", TABS), ("panel", TABS), ("panels", TABS), ("faq", TABS), ("faqs", TABS), ("toggle", TABS), ("expand", TABS), ("expandable", TABS), ("disclosure", TABS), ("pane", TABS),
        ("hidden", HIDDEN), ("hide", HIDDEN), ("sr", HIDDEN), ("screenreader", HIDDEN), ("screen", HIDDEN), ("visually", HIDDEN), ("visuallyhidden", HIDDEN), ("offscreen", HIDDEN), ("invisible", HIDDEN), ("noprint", HIDDEN), ("noscript", HIDDEN), ("mobile", HIDDEN), ("template", 0), ("a11y", HIDDEN), ("assistive", HIDDEN), ("accessibility", HIDDEN), ("placeholder", HIDDEN), ("skeleton", HIDDEN), ("desktop", HIDDEN), ("only", 0),
        ("code", CODE), ("highlight", CODE), ("syntax", CODE), ("syntaxhighlighter", CODE), ("snippet", CODE), ("codeblock", CODE), ("pre", CODE), ("prettyprint", CODE), ("console", CODE), ("terminal", CODE), ("prism", CODE), ("hljs", CODE), ("lineno", CODE), ("copybtn", BUTTON), ("codehilite", CODE),
        ("btn", BUTTON), ("btns", BUTTON), ("button", BUTTON), ("buttons", BUTTON), ("cta", BUTTON), ("ctas", BUTTON), ("action", BUTTON), ("actions", BUTTON), ("link", BUTTON), ("links", NAV), ("control", BUTTON), ("controls", BUTTON), ("submit", BUTTON), ("close", BUTTON | MODAL), ("download", BUTTON), ("edit", BUTTON), ("editsection", BUTTON), ("headerlink", SKIP), ("permalink", SKIP), ("anchor", SKIP),
        ("docs", DOC), ("doc", DOC), ("documentation", DOC), ("document", DOC), ("docmainwrapper", DOC), ("theme", 0), ("md", 0), ("rst", DOC), ("sphinx", DOC), ("manual", DOC), ("help", DOC), ("wiki", DOC), ("reference", DOC), ("admonition", DOC), ("note", DOC), ("tip", DOC), ("warning", DOC), ("infobox", DOC), ("navbox", NAV | RELATED), ("references", DOC), ("footnotes", DOC), ("footnote", DOC), ("catlinks", NAV | META), ("hatnote", META), ("step", DOC), ("steps", DOC), ("tutorial", DOC),
    ]
};

#[rustfmt::skip]
const TEXT_WORDS: &[Entry] = {
    use word::*;
    &[
        ("the", STOP), ("of", STOP), ("and", STOP), ("to", STOP), ("in", STOP), ("a", STOP), ("is", STOP), ("that", STOP), ("it", STOP), ("for", STOP), ("was", STOP), ("with", STOP), ("as", STOP), ("on", STOP), ("are", STOP), ("be", STOP), ("this", STOP), ("from", STOP), ("or", STOP), ("at", STOP), ("an", STOP), ("have", STOP), ("has", STOP), ("had", STOP), ("not", STOP), ("but", STOP), ("they", STOP), ("his", STOP), ("her", STOP), ("their", STOP), ("its", STOP), ("which", STOP), ("who", STOP), ("will", STOP), ("would", STOP), ("can", STOP), ("if", STOP), ("when", STOP), ("there", STOP), ("we", STOP), ("you", STOP), ("he", STOP), ("she", STOP), ("i", STOP), ("been", STOP), ("were", STOP), ("than", STOP), ("then", STOP), ("so", STOP), ("what", STOP), ("into", STOP), ("these", STOP), ("your", STOP), ("our", STOP), ("my", STOP), ("do", STOP), ("does", STOP), ("no", STOP), ("each", STOP), ("such", STOP), ("let", STOP), ("where", STOP), ("how", STOP), ("because", STOP), ("other", STOP), ("some", STOP), ("any", STOP), ("all", STOP), ("one", STOP), ("could", STOP), ("should", STOP), ("about", STOP),
        ("der", STOP), ("die", STOP), ("das", STOP), ("und", STOP), ("den", STOP), ("von", STOP), ("mit", STOP), ("ist", STOP), ("des", STOP), ("dem", STOP), ("ein", STOP), ("eine", STOP), ("nicht", STOP), ("auf", STOP), ("für", STOP), ("sich", STOP), ("auch", STOP), ("als", STOP), ("zu", STOP), ("im", STOP),
        ("le", STOP), ("la", STOP), ("les", STOP), ("et", STOP), ("un", STOP), ("une", STOP), ("du", STOP), ("que", STOP), ("qui", STOP), ("est", STOP), ("pour", STOP), ("dans", STOP), ("sur", STOP), ("par", STOP), ("pas", STOP), ("au", STOP), ("ce", STOP), ("ne", STOP), ("il", STOP), ("on", STOP),
        ("el", STOP), ("los", STOP), ("las", STOP), ("en", STOP), ("y", STOP), ("una", STOP), ("por", STOP), ("con", STOP), ("para", STOP), ("se", STOP), ("del", STOP), ("al", STOP), ("lo", STOP), ("como", STOP), ("su", STOP), ("es", STOP), ("de", STOP), ("o", STOP), ("os", STOP), ("um", STOP), ("uma", STOP), ("do", STOP), ("da", STOP), ("em", STOP), ("não", STOP), ("com", STOP), ("di", STOP), ("che", STOP), ("non", STOP), ("per", STOP), ("sono", STOP), ("della", STOP), ("nel", STOP),
        ("и", STOP), ("в", STOP), ("не", STOP), ("на", STOP), ("что", STOP), ("с", STOP), ("по", STOP), ("для", STOP), ("из", STOP), ("это", STOP), ("как", STOP), ("к", STOP), ("i", STOP), ("w", STOP), ("na", STOP), ("nie", STOP), ("jest", STOP), ("van", STOP), ("het", STOP), ("een", STOP), ("och", STOP), ("att", STOP), ("det", STOP), ("som", STOP), ("ve", STOP), ("bir", STOP), ("bu", STOP),
        ("ago", TIME), ("hour", TIME), ("hours", TIME), ("day", TIME), ("days", TIME), ("week", TIME), ("weeks", TIME), ("month", TIME), ("months", TIME), ("minute", TIME), ("minutes", TIME), ("min", TIME), ("mins", TIME), ("year", TIME), ("years", TIME), ("jan", TIME), ("feb", TIME), ("mar", TIME), ("apr", TIME), ("jun", TIME), ("jul", TIME), ("aug", TIME), ("sep", TIME), ("sept", TIME), ("oct", TIME), ("nov", TIME), ("dec", TIME), ("january", TIME), ("february", TIME), ("march", TIME), ("april", TIME), ("june", TIME), ("july", TIME), ("august", TIME), ("september", TIME), ("october", TIME), ("november", TIME), ("december", TIME), ("monday", TIME), ("tuesday", TIME), ("wednesday", TIME), ("thursday", TIME), ("friday", TIME), ("saturday", TIME), ("sunday", TIME), ("am", TIME), ("pm", TIME), ("yesterday", TIME), ("today", TIME), ("updated", TIME | AUTHOR), ("posted", TIME | AUTHOR), ("published", TIME | AUTHOR), ("modified", TIME | AUTHOR),
        ("cart", CART), ("checkout", CART), ("buy", CART), ("shop", CART), ("wishlist", CART), ("bag", CART), ("basket", CART), ("quantity", CART), ("qty", CART), ("stock", CART), ("sale", CART), ("price", CART), ("shipping", CART), ("delivery", CART), ("returns", CART), ("order", CART), ("sold", CART), ("discount", CART), ("save", CART), ("off", CART), ("free", CART), ("usd", CART), ("gift", CART), ("size", CART), ("color", CART), ("colour", CART), ("select", CART), ("add", CART), ("payment", CART), ("warranty", CART),
        ("share", SHARE), ("facebook", SHARE), ("twitter", SHARE), ("tweet", SHARE), ("pinterest", SHARE), ("linkedin", SHARE), ("whatsapp", SHARE), ("instagram", SHARE), ("youtube", SHARE), ("email", SHARE | CONTACT), ("print", SHARE), ("reddit", SHARE), ("tiktok", SHARE), ("copy", SHARE), ("link", SHARE), ("telegram", SHARE), ("follow", SHARE), ("us", SHARE), ("rss", SHARE), ("bookmark", SHARE),
        ("login", AUTH), ("log", AUTH), ("sign", AUTH), ("signup", AUTH), ("register", AUTH), ("account", AUTH), ("password", AUTH), ("subscribe", AUTH), ("subscription", AUTH), ("newsletter", AUTH), ("newsletters", AUTH), ("join", AUTH), ("inbox", AUTH), ("signed", AUTH), ("username", AUTH), ("member", AUTH), ("updates", AUTH), ("submit", AUTH), ("unsubscribe", AUTH), ("enter", AUTH), ("mailing", AUTH), ("demo", AUTH), ("trial", AUTH), ("started", AUTH),
        ("copyright", LEGAL), ("rights", LEGAL), ("reserved", LEGAL), ("privacy", LEGAL), ("terms", LEGAL), ("policy", LEGAL), ("cookie", LEGAL), ("cookies", LEGAL), ("disclaimer", LEGAL), ("imprint", LEGAL), ("impressum", LEGAL), ("consent", LEGAL), ("gdpr", LEGAL), ("accept", LEGAL), ("trademark", LEGAL), ("trademarks", LEGAL), ("inc", LEGAL), ("llc", LEGAL), ("ltd", LEGAL), ("preferences", LEGAL), ("javascript", LEGAL), ("browser", LEGAL), ("recaptcha", LEGAL), ("powered", LEGAL), ("accessibility", LEGAL), ("datenschutz", LEGAL), ("advertisement", LEGAL), ("affiliate", LEGAL), ("commission", LEGAL), ("sponsored", LEGAL), ("warranties", LEGAL),
        ("comment", COMMENT), ("comments", COMMENT), ("reply", COMMENT), ("replies", COMMENT), ("quote", COMMENT), ("likes", COMMENT), ("like", COMMENT), ("votes", COMMENT), ("report", COMMENT), ("flag", COMMENT), ("views", COMMENT), ("joined", COMMENT), ("thread", COMMENT), ("posts", COMMENT), ("topic", COMMENT), ("reactions", COMMENT), ("answer", COMMENT), ("answers", COMMENT), ("asked", COMMENT), ("answered", COMMENT), ("edited", COMMENT), ("forum", COMMENT), ("upvote", COMMENT), ("moderator", COMMENT),
        ("home", NAV), ("menu", NAV), ("next", NAV), ("previous", NAV), ("prev", NAV), ("skip", NAV), ("search", NAV), ("back", NAV), ("top", NAV), ("more", NAV), ("read", NAV), ("view", NAV), ("see", NAV), ("categories", NAV), ("category", NAV), ("tags", NAV), ("filter", NAV), ("filters", NAV), ("sort", NAV), ("page", NAV), ("archive", NAV), ("archives", NAV), ("toggle", NAV), ("close", NAV), ("open", NAV), ("show", NAV), ("hide", NAV), ("navigation", NAV), ("sitemap", NAV), ("learn", NAV), ("click", NAV), ("here", NAV), ("results", NAV), ("clear", NAV), ("apply", NAV), ("load", NAV), ("loading", NAV), ("download", NAV), ("explore", NAV), ("browse", NAV), ("continue", NAV), ("contents", NAV), ("edit", NAV), ("faq", NAV), ("faqs", NAV), ("help", NAV), ("support", NAV), ("blog", NAV), ("news", NAV), ("events", NAV), ("careers", NAV), ("jobs", NAV), ("resources", NAV), ("login", NAV),
        ("related", RELATED), ("recommended", RELATED), ("popular", RELATED), ("trending", RELATED), ("latest", RELATED), ("recent", RELATED), ("recently", RELATED), ("viewed", RELATED), ("also", RELATED), ("might", RELATED), ("may", RELATED), ("similar", RELATED), ("featured", RELATED), ("stories", RELATED), ("articles", RELATED), ("reading", RELATED), ("bought", RELATED), ("customers", RELATED), ("products", RELATED), ("topics", RELATED),
        ("by", AUTHOR | STOP), ("author", AUTHOR), ("authors", AUTHOR), ("written", AUTHOR), ("editor", AUTHOR), ("reviewed", AUTHOR), ("contributor", AUTHOR), ("writer", AUTHOR), ("photo", AUTHOR), ("credit", AUTHOR), ("image", AUTHOR), ("getty", AUTHOR), ("source", AUTHOR), ("via", AUTHOR), ("staff", AUTHOR), ("bio", AUTHOR),
        ("review", REVIEW), ("reviews", REVIEW), ("rating", REVIEW), ("ratings", REVIEW), ("stars", REVIEW), ("star", REVIEW), ("verified", REVIEW), ("helpful", REVIEW), ("rated", REVIEW), ("customer", REVIEW), ("testimonials", REVIEW), ("average", REVIEW),
        ("contact", CONTACT), ("phone", CONTACT), ("tel", CONTACT), ("fax", CONTACT), ("address", CONTACT), ("street", CONTACT), ("suite", CONTACT), ("call", CONTACT), ("chat", CONTACT), ("location", CONTACT), ("locations", CONTACT), ("directions", CONTACT), ("map", CONTACT), ("hotline", CONTACT), ("message", CONTACT), ("request", CONTACT), ("schedule", CONTACT), ("appointment", CONTACT), ("mon", CONTACT), ("fri", CONTACT), ("info", CONTACT),
    ]
};

/// Slots of a table; a power of two well above the number of entries.
const SLOTS: usize = 2048;

/// A closed vocabulary: open addressing, laid out at compile time. A slot
/// holds the hash of a token and its categories; no categories means free.
/// Tokens are known by their hash alone: two that share it are one to us,
/// which costs a feature, not correctness.
pub(super) struct Vocabulary {
    slots: [(u32, u32); SLOTS],
}

/// The vocabulary of `class` and `id` attributes.
pub(super) static CLASSES: Vocabulary = Vocabulary::new(CLASS_TOKENS);
/// The vocabulary of running text.
pub(super) static WORDS: Vocabulary = Vocabulary::new(TEXT_WORDS);

const fn slot(hash: u32) -> usize {
    ((hash ^ (hash >> 15)) as usize) & (SLOTS - 1)
}

impl Vocabulary {
    const fn new(entries: &[Entry]) -> Self {
        assert!(entries.len() * 2 < SLOTS);
        let mut slots = [(0, 0); SLOTS];
        let mut index = 0;
        while index < entries.len() {
            let (token, bits) = entries[index];
            let hash = hash(token.as_bytes());
            let mut place = slot(hash);
            while slots[place].1 != 0 {
                place = (place + 1) & (SLOTS - 1);
            }
            slots[place] = (hash, bits as u32);
            index += 1;
        }
        Self { slots }
    }

    /// Categories of the token whose lower-cased bytes hash to `hash`.
    pub(super) fn categories(&self, hash: u32) -> u64 {
        let mut place = slot(hash);
        loop {
            let (found, bits) = self.slots[place & (SLOTS - 1)];
            if bits == 0 || found == hash {
                return u64::from(bits);
            }
            place += 1;
        }
    }
}

/// Hash of a token of ASCII letters, digits and bytes beyond ASCII, in whatever case its ASCII
/// letters are.
pub(super) const fn hash(token: &[u8]) -> u32 {
    let mut hash = token.len() as u64;
    let mut rest = token;
    while let Some((word, behind)) = rest.split_first_chunk() {
        hash = mix(hash, u64::from_le_bytes(*word));
        rest = behind;
    }
    (mix(hash, tail(rest)) >> 32) as u32
}

/// Fewer than eight bytes as a number.
const fn tail(bytes: &[u8]) -> u64 {
    let (mut word, mut at) = (0, bytes.len());
    while at > 0 {
        at -= 1;
        word = word << 8 | bytes[at] as u64;
    }
    word
}

const fn mix(hash: u64, word: u64) -> u64 {
    /// The bit that tells ASCII letters of either case apart; of bytes below 128.
    const CASE: u64 = 0x8080_8080_8080_8080;
    let folded = word | (!word & CASE) >> 2;
    (hash.rotate_left(23) ^ folded).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Categories of all tokens of a `class` or `id` value. Tokens end at
/// everything but ASCII letters and digits, and where a small letter is
/// followed by a capital.
pub(super) fn class_categories(value: &str) -> u64 {
    let mut found = 0;
    let (mut start, mut last) = (0, Letter::None);
    let bytes = value.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let letter = LETTERS[usize::from(*byte)];
        if letter == Letter::None || (letter == Letter::Capital && last == Letter::Small) {
            found |= token(bytes.get(start..at));
            start = if letter == Letter::None { at + 1 } else { at };
        }
        last = letter;
    }
    found | token(bytes.get(start..))
}

/// What a byte is to those who cut values into tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letter {
    None,
    Small,
    Capital,
    Digit,
}

static LETTERS: [Letter; 256] = {
    let mut letters = [Letter::None; 256];
    let mut byte = 0;
    while byte < 256 {
        letters[byte] = match byte as u8 {
            b'a'..=b'z' => Letter::Small,
            b'A'..=b'Z' => Letter::Capital,
            b'0'..=b'9' => Letter::Digit,
            _ => Letter::None,
        };
        byte += 1;
    }
    letters
};

fn token(token: Option<&[u8]>) -> u64 {
    token.filter(|token| token.len() > 1).map_or(0, |token| CLASSES.categories(hash(token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_share_a_hash() {
        for tokens in [CLASS_TOKENS, TEXT_WORDS] {
            let mut hashes: Vec<_> = tokens.iter().map(|(t, _)| (hash(t.as_bytes()), *t)).collect();
            hashes.sort_unstable();
            let shared = hashes.windows(2).find(|w| w[0].0 == w[1].0 && w[0].1 != w[1].1);
            assert_eq!(shared, None);
        }
        assert_eq!(hash(b"NAVIGATION42\xc3"), hash(b"navigation42\xc3"));
        assert_ne!(hash(b"navigation"), hash(b"navigatio\x0e"));
    }

    fn check(value: &str, expected: u64) {
        assert_eq!(class_categories(value), expected, "{value}");
    }

    #[test]
    fn class_values_are_cut_into_tokens() {
        check("", 0);
        check("nav", class::NAV);
        check("main-nav", class::CONTENT | class::NAV);
        check("siteFooter", class::HEADER | class::FOOTER);
        check("SITE__FOOTER--wide x1", class::HEADER | class::FOOTER);
        check("navy unknown", 0);
        check("mainContent-é-share", class::CONTENT | class::SHARE);
    }
}
