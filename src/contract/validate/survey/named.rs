//! Components that are used without a reference: security schemes by their names, schemas by a discriminator.

use super::{HashSet, Kind, NodeId, Object, Walk, Word, w};
use crate::contract::validate::discriminators::{Named, schema_of};

impl Walk<'_, '_> {
    /// Meets the components that what has been seen so far names; says whether any was new.
    pub(super) fn meet_named(&mut self, components: &[(Kind, Object)]) -> bool {
        let arena = self.arena();
        let requirements = self.objects[Kind::SecurityRequirement as usize].iter();
        let schemes: HashSet<Word> = requirements
            .flat_map(|object| arena.fields(object.node))
            .map(|field| field.key)
            .collect();
        let mut wanted: HashSet<NodeId> = HashSet::new();
        for discriminator in &self.objects[Kind::Discriminator as usize] {
            let mapping = arena.get(discriminator.node, w::MAPPING);
            let fields = mapping.map_or(&[][..], |mapping| arena.fields(mapping));
            let values = fields.iter().map(|field| field.value);
            for at in values.chain(arena.get(discriminator.node, w::DEFAULT_MAPPING)) {
                let text = arena.as_text(at).map_or("", |word| arena.text(word));
                if let Named::Schema(node) = schema_of(self.side, at, text) {
                    wanted.insert(node);
                }
            }
        }
        let mut is_new = false;
        for (kind, object) in components {
            let is_named = match kind {
                Kind::SecurityScheme => schemes.contains(&object.name),
                Kind::Schema if self.is_variant(object.node) => {
                    self.variants.insert(object.node);
                    true
                }
                Kind::Schema => wanted.contains(&object.node),
                _ => false,
            };
            if is_named && !self.is_seen(object.node, *kind) {
                self.meet(object.node, *kind, object.name);
                is_new = true;
            }
        }
        is_new
    }

    /// Whether a schema is built by `allOf` on one that was seen and tells those built on it apart.
    fn is_variant(&self, node: NodeId) -> bool {
        let arena = self.arena();
        let parts = arena
            .get(node, w::ALL_OF)
            .into_iter()
            .flat_map(|list| arena.items(list));
        parts.into_iter().any(|part| {
            let base = self.side.world.refs.target(part);
            base.is_some_and(|base| {
                let tells = arena.get(base, w::DISCRIMINATOR).is_some() || self.variants.contains(&base);
                tells && self.is_seen(base, Kind::Schema)
            })
        })
    }
}
