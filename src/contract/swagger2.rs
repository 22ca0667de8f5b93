//! Swagger 2.0: the form parameters of an operation as the one object that `OpenAPI` 3 makes of them.

use super::arena::{Builder, Limits, NodeId, Value, Word};
use super::load::World;
use super::refs::Root;
use super::role::Role;
use super::words as w;

/// Makes the objects of a document.
pub(super) fn forms(world: &mut World, root: &Root) {
    let arena = &world.arena;
    let items = arena
        .get(root.node, w::PATHS)
        .map_or(&[][..], |paths| arena.fields(paths));
    let mut wanted: Vec<(NodeId, Vec<Field>)> = Vec::new();
    for item in items {
        let Some(item) = world.refs.follow(arena, item.value) else {
            continue;
        };
        for operation in arena.fields(item) {
            if !arena.is_map(operation.value) {
                continue;
            }
            let fields = fields(world, &[operation.value, item]);
            if !fields.is_empty() {
                wanted.push((operation.value, fields));
            }
        }
    }
    for (operation, fields) in wanted {
        if let Some(form) = form(world, root, operation, &fields) {
            world.forms.insert(operation, form);
        }
    }
}

struct Field {
    name: Word,
    node: NodeId,
    required: bool,
}

fn fields(world: &World, owners: &[NodeId]) -> Vec<Field> {
    let arena = &world.arena;
    let mut found: Vec<Field> = Vec::new();
    for list in owners.iter().filter_map(|owner| arena.get(*owner, w::PARAMETERS)) {
        for node in arena
            .items(list)
            .filter_map(|node| world.refs.follow(arena, node))
        {
            if arena.get_text(node, w::IN) != Some(w::FORM_DATA) {
                continue;
            }
            let Some(name) = arena.get_text(node, w::NAME) else {
                continue;
            };
            if !found.iter().any(|field| field.name == name) {
                found.push(Field {
                    name,
                    node,
                    required: arena.get_bool(node, w::REQUIRED) == Some(true),
                });
            }
        }
    }
    found
}

/// `type: object` with the parameters as properties; each stays where it is, and is its own schema.
fn form(world: &mut World, root: &Root, operation: NodeId, fields: &[Field]) -> Option<NodeId> {
    let first = world.arena.len();
    world.arena.continue_with(root.source);
    let mut builder = Builder::new(&mut world.arena, Limits::default());
    let mut build = || {
        builder.open_map(0)?;
        builder.key(w::TYPE, 0);
        builder.scalar(0, Value::Text(w::OBJECT))?;
        builder.key(w::PROPERTIES, 0);
        builder.open_map(0)?;
        for field in fields {
            builder.key(field.name, 0);
            builder.again(field.node, 1, 0)?;
        }
        builder.close()?;
        builder.key(w::REQUIRED, 0);
        builder.open_list(0)?;
        for field in fields.iter().filter(|field| field.required) {
            builder.scalar(0, Value::Text(field.name))?;
        }
        builder.close()?;
        builder.close()
    };
    let (made, _) = build().ok()??;
    world.roles.assign(&world.arena, first, made, Role::Schema);
    let origin = world.arena.get(operation, w::PARAMETERS).unwrap_or(operation);
    for node in (first..=made.index()).map(NodeId::at) {
        world.arena.stands_for(node, origin);
    }
    Some(made)
}
