//! The agent's settings: sdd's handlers are put among what is there, found there, and taken out again. Everything else
//! stays where it is.

use serde_json::{Map, Value};

use super::event::Event;
use super::handlers::{self, HANDLERS, Handler};

/// A value that does not have the form that the agent demands of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misshapen {
    /// Where it stands: keys, and numbers of elements.
    pub path: Vec<String>,
    /// What belongs there.
    pub expected: &'static str,
}

/// What became of one handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was put in, or taken out.
    Made,
    /// It is as it should be.
    None,
    /// Somebody changed it, and it was left.
    Kept,
}

/// What was there before, so that taking the handlers out leaves the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Additions {
    /// Whether `hooks` was put in.
    pub hooks: bool,
    /// The events whose lists were put in.
    pub events: Vec<String>,
}

/// What became of each event's handler, and what was put in around them.
pub type Merged = (Vec<(&'static str, Change)>, Additions);

/// Puts the handlers in that are missing. One that was changed is left as it is, and nothing is put in beside it.
pub fn merge(settings: &mut Value) -> Result<Merged, Misshapen> {
    check(settings)?;
    let mut added = Additions::default();
    let mut changes = Vec::new();
    let Some(root) = settings.as_object_mut() else {
        return Err(misshapen(&[], "an object"));
    };
    added.hooks = !root.contains_key("hooks");
    let hooks = root.entry("hooks").or_insert_with(|| Value::Object(Map::new()));
    let Some(hooks) = hooks.as_object_mut() else {
        return Err(misshapen(&["hooks"], "an object"));
    };
    for handler in HANDLERS {
        let name = handler.event.hook_name();
        if !hooks.contains_key(name) {
            added.events.push(name.to_owned());
        }
        let groups = hooks.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        let Some(groups) = groups.as_array_mut() else {
            return Err(misshapen(&["hooks", name], "an array"));
        };
        let change = match present(groups, &handler) {
            None => {
                groups.push(handler.group());
                Change::Made
            }
            Some(Value::Object(group)) if is_as_written(&group, &handler) => Change::None,
            Some(_) => Change::Kept,
        };
        changes.push((name, change));
    }
    Ok((changes, added))
}

/// Takes every handler of these events out that starts sdd, and what it leaves empty: groups, and of lists and of
/// `hooks` those that `added` names. Says which were there.
pub fn remove(settings: &mut Value, added: &Additions) -> Result<Vec<&'static str>, Misshapen> {
    check(settings)?;
    let mut removed = Vec::new();
    let Some(hooks) = settings.get_mut("hooks").and_then(Value::as_object_mut) else {
        return Ok(removed);
    };
    for handler in HANDLERS {
        let name = handler.event.hook_name();
        let Some(groups) = hooks.get_mut(name).and_then(Value::as_array_mut) else {
            continue;
        };
        let mut found = false;
        groups.retain_mut(|group| {
            let Some(handlers) = group.get_mut("hooks").and_then(Value::as_array_mut) else {
                return true;
            };
            let before = handlers.len();
            handlers.retain(|one| !handler.is(one));
            found |= handlers.len() < before;
            !(handlers.is_empty() && before > 0)
        });
        let empty = groups.is_empty();
        if found {
            removed.push(name);
        }
        if found && empty && added.events.iter().any(|event| event == name) {
            hooks.shift_remove(name);
        }
    }
    if hooks.is_empty()
        && added.hooks
        && !removed.is_empty()
        && let Some(root) = settings.as_object_mut()
    {
        root.shift_remove("hooks");
    }
    Ok(removed)
}

/// The events whose handler is not there.
pub fn missing(settings: &Value) -> Vec<&'static str> {
    HANDLERS
        .iter()
        .filter(|handler| {
            let groups = settings
                .get("hooks")
                .and_then(|hooks| hooks.get(handler.event.hook_name()));
            groups
                .and_then(Value::as_array)
                .is_none_or(|groups| present(groups, handler).is_none())
        })
        .map(|handler| handler.event.hook_name())
        .collect()
}

/// The command that is started for an event: the program and its arguments.
pub fn command(settings: &Value, event: Event) -> Option<Vec<String>> {
    let handler = HANDLERS.iter().find(|handler| handler.event == event)?;
    let groups = settings.get("hooks")?.get(event.hook_name())?.as_array()?;
    let group = present(groups, handler)?;
    handlers::words(group.get("hooks")?.get(0)?)
}

/// Whether these settings switch every hook off.
pub fn disables_hooks(settings: &Value) -> bool {
    settings.get("disableAllHooks").and_then(Value::as_bool) == Some(true)
}

/// Looks at the form of `hooks`, as far as handlers are looked for in it.
fn check(settings: &Value) -> Result<(), Misshapen> {
    let Some(root) = settings.as_object() else {
        return Err(misshapen(&[], "an object"));
    };
    let Some(hooks) = root.get("hooks") else {
        return Ok(());
    };
    let Some(hooks) = hooks.as_object() else {
        return Err(misshapen(&["hooks"], "an object"));
    };
    for (event, groups) in hooks {
        let Some(groups) = groups.as_array() else {
            return Err(misshapen(&["hooks", event], "an array"));
        };
        for (number, group) in groups.iter().enumerate() {
            let number = number.to_string();
            if !group.is_object() {
                return Err(misshapen(&["hooks", event, &number], "an object"));
            }
            let Some(handlers) = group.get("hooks") else {
                continue;
            };
            let Some(handlers) = handlers.as_array() else {
                return Err(misshapen(&["hooks", event, &number, "hooks"], "an array"));
            };
            if let Some(at) = handlers.iter().position(|handler| !handler.is_object()) {
                return Err(misshapen(
                    &["hooks", event, &number, "hooks", &at.to_string()],
                    "an object",
                ));
            }
        }
    }
    Ok(())
}

fn misshapen(path: &[&str], expected: &'static str) -> Misshapen {
    Misshapen {
        path: path.iter().map(|part| (*part).to_owned()).collect(),
        expected,
    }
}

/// The group with this handler and no other in it.
fn present(groups: &[Value], handler: &Handler) -> Option<Value> {
    groups.iter().find_map(|group| {
        let handlers = group.get("hooks")?.as_array()?;
        let own = handlers.iter().find(|one| handler.is(one))?;
        let mut group = group.clone();
        group["hooks"] = Value::Array(vec![own.clone()]);
        Some(group)
    })
}

/// Whether a group is as it is written today, whatever the order of its keys.
fn is_as_written(group: &Map<String, Value>, handler: &Handler) -> bool {
    handler.group().as_object() == Some(group)
}

#[cfg(test)]
mod tests;
