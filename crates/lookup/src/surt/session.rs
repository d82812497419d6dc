//! Session ids that servers put into addresses. Texts are escaped, so they are ASCII.

/// Bytes of an id of ASP.NET.
const ASP_ID: usize = 24;

/// A path in lower case without the ids of ASP.NET: `/(S(24 letters))/a.aspx` is `/a.aspx`.
pub(super) fn without_in_path(mut path: Vec<u8>) -> Vec<u8> {
    for id in [lettered_ids, bare_id] {
        let starts = (1..path.len()).rev().filter(|&at| path.get(at - 1) == Some(&b'/'));
        let found = starts.filter_map(|at| {
            let (before, rest) = path.split_at(at);
            id(rest).filter(|behind| is_aspx(behind)).map(|behind| [before, behind].concat())
        });
        if let Some(stripped) = found.into_iter().next() {
            path = stripped;
        }
    }
    path
}

/// What is behind `(x(id)y(id))/`.
fn lettered_ids(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text.strip_prefix(b"(")?;
    let mut ids = 0;
    while let Some((_, behind)) = rest.split_first().filter(|(c, _)| c.is_ascii_alphabetic()) {
        rest = parenthesised(behind)?;
        ids += 1;
    }
    rest.strip_prefix(b")/").filter(|_| ids > 0)
}

/// What is behind `(id)/`.
fn bare_id(text: &[u8]) -> Option<&[u8]> {
    parenthesised(text)?.strip_prefix(b"/")
}

fn parenthesised(text: &[u8]) -> Option<&[u8]> {
    let (id, behind) = text.strip_prefix(b"(")?.split_at_checked(ASP_ID)?;
    id.iter().all(u8::is_ascii_alphanumeric).then(|| behind.strip_prefix(b")"))?
}

/// Whether a name ending in `.aspx` comes before any `?`.
fn is_aspx(text: &[u8]) -> bool {
    let name = text.split(|&byte| byte == b'?').next().unwrap_or_default();
    // The `?` itself cannot be part of `.aspx`, so the name is all that counts.
    name.get(1..).is_some_and(|rest| rest.windows(5).any(|ending| ending == b".aspx"))
}

/// The length of the id that a text begins with, if it does.
type Length = fn(&[u8]) -> Option<usize>;

/// A query without the ids of Java, PHP, ASP and ColdFusion, each taken out once.
pub(super) fn without_in_query(mut query: Vec<u8>) -> Vec<u8> {
    let steps: [Length; 5] = [
        |text| named_id(text, b"jsessionid="),
        |text| named_id(text, b"phpsessid="),
        |text| named_id(text, b"sid="),
        asp_session,
        coldfusion,
    ];
    for id_length in steps {
        if let Some(stripped) = without_last(&query, id_length) {
            query = stripped;
        }
    }
    query
}

/// The text without the last id that ends at `&` or the end, and without that `&`.
fn without_last(text: &[u8], id_length: Length) -> Option<Vec<u8>> {
    (0..text.len()).rev().find_map(|at| {
        let (before, rest) = text.split_at(at);
        match rest.get(id_length(rest)?..)?.split_first() {
            None => Some(before.to_vec()),
            Some((b'&', behind)) => Some([before, behind].concat()),
            Some(_) => None,
        }
    })
}

fn after_name(text: &[u8], name: &[u8]) -> Option<usize> {
    text.get(..name.len())?.eq_ignore_ascii_case(name).then_some(name.len())
}

/// Whether the `count` bytes before `end` are there and of a kind.
fn all(text: &[u8], end: usize, count: usize, is: impl Fn(&u8) -> bool) -> bool {
    text.get(end - count..end).is_some_and(|bytes| bytes.iter().all(is))
}

fn named_id(text: &[u8], name: &[u8]) -> Option<usize> {
    let end = after_name(text, name)? + 32;
    all(text, end, 32, u8::is_ascii_alphanumeric).then_some(end)
}

fn asp_session(text: &[u8]) -> Option<usize> {
    let name = after_name(text, b"aspsessionid")? + 8;
    let end = name + 1 + 24;
    let fits = all(text, name, 8, u8::is_ascii_alphabetic)
        && text.get(name) == Some(&b'=')
        && all(text, end, 24, u8::is_ascii_alphabetic);
    fits.then_some(end)
}

fn coldfusion(text: &[u8]) -> Option<usize> {
    let value = |from: usize| {
        let length = text.get(from..)?.iter().take_while(|&&byte| byte != b'&').count();
        (length > 0).then_some(from + length)
    };
    let id = value(after_name(text, b"cfid=")?)?;
    value(id + after_name(text.get(id..)?, b"&cftoken=")?)
}
