//! The acceptance criteria: the items of that section's lists and of no other.

use crate::model::spec::At;

use super::document::Block;
use super::outline::Node;

/// The name of the section.
pub const SECTION: &str = "acceptance criteria";

/// Reads the criteria. An item with a box is one wherever it stands; an item without is one unless it only gathers
/// others (`**Functional:**`) or says more about the one that it stands below.
pub fn acceptance(blocks: &[Block], sections: &[Node]) -> Vec<At<String>> {
    let mut criteria = Vec::new();
    for section in sections.iter().filter(|section| section.name == SECTION) {
        // The depth of the last criterion, which the items below it are details of.
        let mut within: Option<u32> = None;
        for at in section.all.clone() {
            let block = &blocks[at];
            if !block.is_item() {
                if block.depth == 0 {
                    within = None;
                }
                continue;
            }
            if within.is_some_and(|depth| block.depth <= depth) {
                within = None;
            }
            let text = block.text();
            let next = blocks.get(at + 1).filter(|_| at + 1 < section.all.end);
            let gathers = next.is_some_and(|next| next.is_item() && next.depth > block.depth)
                && (text.ends_with(':') || next.is_some_and(Block::is_boxed));
            if text.is_empty() || (!block.is_boxed() && (gathers || within.is_some())) {
                continue;
            }
            within = within.or(Some(block.depth));
            criteria.push(At::new(text, block.line));
        }
    }
    criteria
}
