//! The attributes of an element.

use quick_xml::escape::unescape;
use quick_xml::events::BytesStart;

/// The attributes of one element, unescaped.
pub(super) struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// Reads them; an error says what is not well-formed.
    pub(super) fn of(element: &BytesStart<'_>) -> Result<Self, String> {
        let mut found = Vec::new();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            // A reference that nobody knows spoils the wording, not the outcome: the raw text stands in.
            let value = match unescape(&attribute.value) {
                Ok(value) => value.into_owned(),
                Err(_) => attribute.value.clone().into_owned(),
            };
            found.push((attribute.key.local_name().as_ref().to_owned(), value));
        }
        Ok(Self(found))
    }

    /// A `name` and nothing else.
    pub(super) fn named(name: String) -> Self {
        Self(vec![("name".to_owned(), name)])
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    }

    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let index = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.swap_remove(index).1)
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.trim().parse().ok()
    }

    pub(super) fn seconds(&self, name: &str) -> Option<f64> {
        // Some runners write thousands separators: `1,234.5`.
        let seconds: f64 = self.get(name)?.trim().replace(',', "").parse().ok()?;
        (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
    }
}
