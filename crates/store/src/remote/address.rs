//! Addresses: `s3://bucket/key`, `https://host/path`.

use crate::StoreError;

/// An address, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) kind: Kind,
    /// Scheme and bucket, container or host: `s3://bucket`.
    pub(crate) base: String,
    /// What follows, without the slash between.
    pub(crate) key: String,
}

/// Whose addresses they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Amazon,
    Google,
    Azure,
    /// Any server of HTTP.
    Web,
}

/// Whether a text is an address rather than a path.
pub(crate) fn is_address(text: &str) -> bool {
    text.contains("://")
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        let none = || StoreError::Address(text.into());
        let (scheme, rest) = text.split_once("://").ok_or_else(none)?;
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "s3" | "s3a" => Kind::Amazon,
            "gs" => Kind::Google,
            "az" | "abfs" | "abfss" => Kind::Azure,
            "http" | "https" => Kind::Web,
            _ => return Err(none()),
        };
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(none());
        }
        Ok(Self { kind, base: format!("{scheme}://{bucket}"), key: key.into() })
    }

    /// The address of another key beside this one's.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { key: key.into(), ..self.clone() }
    }

    pub(crate) fn text(&self) -> String {
        format!("{}/{}", self.base, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let parts = |text: &str| {
            Address::parse(text).ok().map(|address| (address.kind, address.base, address.key))
        };
        let expected = |kind, base: &str, key: &str| Some((kind, base.into(), key.into()));
        assert_eq!(parts("s3://b/c/d e"), expected(Kind::Amazon, "s3://b", "c/d e"));
        assert_eq!(parts("gs://b"), expected(Kind::Google, "gs://b", ""));
        assert_eq!(parts("https://h:8/a?b=c"), expected(Kind::Web, "https://h:8", "a?b=c"));
        assert_eq!(parts("s3:///key"), None);
        assert_eq!(parts("ftp://h/x"), None);
    }
}
