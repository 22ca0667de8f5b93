//! Dependencies between parts: `- api depends on db`, `- gateway → api`.

use crate::model::spec::{At, Dependency};

use crate::parse::spec::parts::Part;
use crate::parse::spec::placeholder;

/// What stands between who needs something and what is needed.
const BETWEEN: [&str; 6] = [
    " depends on ",
    " depend on ",
    " → ",
    " -> ",
    " needs ",
    " requires ",
];

/// Reads the items that say of one part that it needs another one. Others are for people: work items are named by the item
/// itself.
pub fn dependencies(parts: &[Part<'_>]) -> Vec<At<Dependency>> {
    let items = parts.iter().flat_map(Part::items);
    items
        .filter_map(|item| {
            let text = item.text();
            let (from, on) = BETWEEN.iter().find_map(|word| text.split_once(word))?;
            let (from, on) = (from.trim(), on.trim().trim_end_matches('.'));
            let is_said = |part: &str| !part.is_empty() && placeholder::find(part).is_empty();
            let dependency = Dependency {
                from: from.to_owned(),
                on: on.to_owned(),
            };
            (is_said(from) && is_said(on)).then(|| At::new(dependency, item.line))
        })
        .collect()
}
