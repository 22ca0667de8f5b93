//! Values that completions and clap's own messages offer, for arguments that are checked later and in better words.

use clap::builder::{PossibleValue, TypedValueParser};

/// Takes any text, and offers some values for it: what the command line completes. The command itself says what is
/// wrong with another value, with what was probably meant.
#[derive(Clone, Copy)]
pub struct Suggest(pub fn() -> Vec<PossibleValue>);

impl TypedValueParser for Suggest {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter()))
    }
}

/// The formats of reports.
pub fn formats() -> Vec<PossibleValue> {
    let value =
        |format: &&dyn crate::report::Renderer| PossibleValue::new(format.name()).help(format.about());
    crate::report::FORMATS.iter().map(value).collect()
}

/// The gates.
pub fn gates() -> Vec<PossibleValue> {
    let value =
        |gate: &&dyn crate::gates::Gate| PossibleValue::new(gate.id().as_str()).help(gate.about().question);
    crate::gates::GATES.iter().map(value).collect()
}

/// What `sdd gate` takes: the gates, and `list`.
pub fn gates_and_list() -> Vec<PossibleValue> {
    let list = PossibleValue::new("list").help("list the gates");
    gates().into_iter().chain([list]).collect()
}

/// The types of work items.
pub fn work_item_types() -> Vec<PossibleValue> {
    let types = crate::model::work_item::WorkItemType::ALL;
    types.iter().map(|one| PossibleValue::new(one.as_str())).collect()
}

/// The statuses of work items.
pub fn statuses() -> Vec<PossibleValue> {
    let statuses = crate::model::work_item::Status::ALL;
    statuses
        .iter()
        .map(|one| PossibleValue::new(one.as_str()))
        .collect()
}

/// The priorities of work items.
pub fn priorities() -> Vec<PossibleValue> {
    let priorities = crate::model::work_item::Priority::ALL;
    priorities
        .iter()
        .map(|one| PossibleValue::new(one.as_str()))
        .collect()
}
