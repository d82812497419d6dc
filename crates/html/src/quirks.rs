//! Which doctypes ask for quirks mode
//! (<https://html.spec.whatwg.org/multipage/parsing.html#the-initial-insertion-mode>).
//!
//! It matters to the tree in one place: in quirks mode a table does not end a paragraph.

/// Public identifiers that do, in lower case, by what they begin with.
const PREFIXES: &[&str] = &[
    "-//advasoft ltd//dtd html 3.0 aswedit + extensions//",
    "-//as//dtd html 3.0 aswedit + extensions//",
    "-//ietf//dtd html 2.0 level 1//",
    "-//ietf//dtd html 2.0 level 2//",
    "-//ietf//dtd html 2.0 strict level 1//",
    "-//ietf//dtd html 2.0 strict level 2//",
    "-//ietf//dtd html 2.0 strict//",
    "-//ietf//dtd html 2.0//",
    "-//ietf//dtd html 2.1e//",
    "-//ietf//dtd html 3.0//",
    "-//ietf//dtd html 3.2 final//",
    "-//ietf//dtd html 3.2//",
    "-//ietf//dtd html 3//",
    "-//ietf//dtd html level 0//",
    "-//ietf//dtd html level 1//",
    "-//ietf//dtd html level 2//",
    "-//ietf//dtd html level 3//",
    "-//ietf//dtd html strict level 0//",
    "-//ietf//dtd html strict level 1//",
    "-//ietf//dtd html strict level 2//",
    "-//ietf//dtd html strict level 3//",
    "-//ietf//dtd html strict//",
    "-//ietf//dtd html//",
    "-//metrius//dtd metrius presentational//",
    "-//microsoft//dtd internet explorer 2.0 html strict//",
    "-//microsoft//dtd internet explorer 2.0 html//",
    "-//microsoft//dtd internet explorer 2.0 tables//",
    "-//microsoft//dtd internet explorer 3.0 html strict//",
    "-//microsoft//dtd internet explorer 3.0 html//",
    "-//microsoft//dtd internet explorer 3.0 tables//",
    "-//netscape comm. corp.//dtd html//",
    "-//netscape comm. corp.//dtd strict html//",
    "-//o'reilly and associates//dtd html 2.0//",
    "-//o'reilly and associates//dtd html extended 1.0//",
    "-//o'reilly and associates//dtd html extended relaxed 1.0//",
    "-//softquad software//dtd hotmetal pro 6.0::19990601::extensions to html 4.0//",
    "-//softquad//dtd hotmetal pro 4.0::19971010::extensions to html 4.0//",
    "-//spyglass//dtd html 2.0 extended//",
    "-//sq//dtd html 2.0 hotmetal + extensions//",
    "-//sun microsystems corp.//dtd hotjava html//",
    "-//sun microsystems corp.//dtd hotjava strict html//",
    "-//w3c//dtd html 3 1995-03-24//",
    "-//w3c//dtd html 3.2 draft//",
    "-//w3c//dtd html 3.2 final//",
    "-//w3c//dtd html 3.2//",
    "-//w3c//dtd html 3.2s draft//",
    "-//w3c//dtd html 4.0 frameset//",
    "-//w3c//dtd html 4.0 transitional//",
    "-//w3c//dtd html experimental 19960712//",
    "-//w3c//dtd html experimental 970421//",
    "-//w3c//dtd w3 html//",
    "-//w3o//dtd w3 html 3.0//",
    "-//webtechs//dtd mozilla html 2.0//",
    "-//webtechs//dtd mozilla html//",
];

/// Whole public identifiers that do.
const PUBLIC: &[&str] =
    &["-//w3o//dtd w3 html strict 3.0//en//", "-/w3c/dtd html 4.0 transitional/en", "html"];

/// A system identifier that does.
const SYSTEM: &str = "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd";

/// Public identifiers that do if there is no system identifier, by what they begin with.
const WITHOUT_SYSTEM: &[&str] =
    &["-//w3c//dtd html 4.01 frameset//", "-//w3c//dtd html 4.01 transitional//"];

/// What a doctype says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Doctype<'a> {
    pub(crate) name: &'a str,
    pub(crate) public: Option<&'a str>,
    pub(crate) system: Option<&'a str>,
    /// It is not written as it should be.
    pub(crate) malformed: bool,
}

impl Doctype<'_> {
    /// Whether it asks for quirks mode.
    pub(crate) fn is_quirky(&self) -> bool {
        let public = self.public.map(str::to_ascii_lowercase);
        let begins = |prefixes: &[&str]| {
            public.as_ref().is_some_and(|id| prefixes.iter().any(|prefix| id.starts_with(prefix)))
        };
        self.malformed
            || !self.name.eq_ignore_ascii_case("html")
            || public.as_ref().is_some_and(|id| PUBLIC.contains(&id.as_str()))
            || self.system.is_some_and(|id| id.eq_ignore_ascii_case(SYSTEM))
            || begins(PREFIXES)
            || begins(WITHOUT_SYSTEM) && self.system.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_doctypes_are_quirky() {
        let html = Doctype { name: "html", ..Doctype::default() };
        let transitional = Some("-//W3C//DTD HTML 4.01 Transitional//EN");
        let cases = [
            (html, false),
            (Doctype { name: "HTML", ..html }, false),
            (Doctype { name: "svg", ..html }, true),
            (Doctype { malformed: true, ..html }, true),
            (Doctype { public: transitional, ..html }, true),
            (Doctype { public: transitional, system: Some("x"), ..html }, false),
            (Doctype { public: Some("-//W3C//DTD HTML 3.2//EN"), ..html }, true),
            (Doctype { public: Some("-//W3C//DTD HTML 4.01//EN"), ..html }, false),
            (Doctype { public: Some("HTML"), ..html }, true),
            (Doctype { system: Some(SYSTEM), ..html }, true),
        ];
        for (doctype, expected) in cases {
            assert_eq!(doctype.is_quirky(), expected, "{doctype:?}");
        }
    }
}
