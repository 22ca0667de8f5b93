//! Sentences about kinds of changes.

use super::kind::Effect;
use super::{Column, Direction, Kind, Level};

/// Why a client breaks, or why none does.
pub(super) fn why(kind: Kind, column: Column) -> String {
    let values = kind.values();
    let request = column.direction() == Direction::Request;
    if let Some(own) = own(kind, column) {
        return own.to_owned();
    }
    match (kind.effect(), request) {
        (Effect::Narrows, true) => format!("A client may still send {values}, and is refused."),
        (Effect::Narrows, false) => {
            format!("Responses do not hold {values} any more, and a client needs to know less.")
        }
        (Effect::Widens, true) => {
            format!("The provider takes {values} as well, and whatever a client sends is still accepted.")
        }
        (Effect::Widens, false) => {
            format!("Responses may hold {values}, which no client was told to expect.")
        }
        (Effect::Changes, true) => {
            format!("A client may still send {values}, and is refused or misunderstood.")
        }
        (Effect::Changes, false) => format!("A client that expects {values} gets something else."),
        (Effect::Annotates, true) => "Whatever a client sends is still accepted.".to_owned(),
        (Effect::Annotates, false) => "Responses hold what they held before.".to_owned(),
        (Effect::Default, true) if kind.level(column) == Some(Level::Info) => {
            "Whatever a client sends is still accepted, and only what is left out may be read differently."
                .to_owned()
        }
        (Effect::Default, true) => "What a client leaves out means something else than before.".to_owned(),
        (Effect::Default, false) => {
            "Responses hold what they held before, and only what is left out reads differently.".to_owned()
        }
        (Effect::Demands, true) => "A client that leaves it out is refused.".to_owned(),
        (Effect::Demands, false) => "A client finds it always, and before it was there at times.".to_owned(),
        (Effect::Excuses, true) => "A client that sends it is still accepted.".to_owned(),
        (Effect::Excuses, false) => "A client that relies on it may find nothing.".to_owned(),
        (Effect::Offers, true) => offers(kind).to_owned(),
        (Effect::Offers, false) => "Clients ignore what they do not know, and miss what is gone.".to_owned(),
        (Effect::Announces, _) => {
            "It works as before, and the description says what will become of it.".to_owned()
        }
        (Effect::Hurries, _) => {
            "A client cannot know until when it may use it, or has too little time to change.".to_owned()
        }
    }
}

/// Why, where a kind's effect does not tell it.
fn own(kind: Kind, column: Column) -> Option<&'static str> {
    let request = column.direction() == Direction::Request;
    let why = match (kind, request) {
        (Kind::AllOfRemoved, true) => {
            "A client may still send what only that schema described, and whether the provider reads it is not in the document."
        }
        (Kind::AllOfRemoved, false) => {
            "A schema is gone from the list, and what may be in the response because of that is told by rules of its own."
        }
        (Kind::AnyOfAdded, false) => {
            "A schema is new in the list, and whether responses may hold more because of that is a rule of its own."
        }
        (Kind::PatternChanged, false) => {
            "Responses hold texts of another form, and whether a client depends on the form is not in the document."
        }
        (Kind::PatternRemoved, false) if kind.level(column) == Some(Level::Info) => {
            "Responses may hold texts of any form, and few clients check the form of what they are given."
        }
        (Kind::XmlPrefixChanged, _) => {
            "Who reads namespaces does not see a prefix, and whether everybody does is not in the document."
        }
        (Kind::Added, _) => "Clients ignore headers that they do not know.",
        (Kind::MediaTypeSchemaAdded, false) => "Responses are described more closely than before.",
        (Kind::MediaTypeSchemaRemoved, false) => {
            "Responses may hold anything now, and whether they do is not in the document."
        }
        (Kind::RemovedBeforeSunset, _) => "A client that trusted the announced day still sends it.",
        (Kind::RemovedWithDeprecation, _) => "Clients were told that it would go.",
        (Kind::Reactivated, _) => "It works as before, and does not go.",
        (Kind::SunsetDateTooSmall, _) => "Clients have less time to change than they are promised.",
        (Kind::SunsetDateChangedTooSmall, _) => "A client that planned for the announced day is late.",
        (Kind::StabilityDecreased, _) => {
            "A client relied on what was promised, and the next change may break it."
        }
        (Kind::StabilityIncreased, _) => "A client can rely on more than before.",
        _ => return None,
    };
    Some(why)
}

fn offers(kind: Kind) -> &'static str {
    match kind {
        Kind::Removed => {
            "A client still sends it, and a provider that refuses what it does not know refuses the client."
        }
        Kind::AddedRequired => "A client that sends none is refused.",
        Kind::AddedOptional | Kind::MediaTypeAdded => "A client that does not know it goes on as before.",
        Kind::MediaTypeRemoved => "A client that sends bodies of that type is refused.",
        Kind::MediaTypeSchemaAdded => "A client may still send bodies that do not match, and is refused.",
        _ => "What a client sends is still accepted.",
    }
}

/// How the change is made safely.
pub(super) fn safe(kind: Kind, column: Column) -> &'static str {
    let request = column.direction() == Direction::Request;
    let level = kind.level(column);
    if level == Some(Level::Info) {
        return NOTHING;
    }
    match kind {
        Kind::AllOfRemoved => return "Describe what that schema described in the schema itself.",
        Kind::MediaTypeSchemaRemoved => return "Give it a schema again that says what responses hold.",
        Kind::RemovedBeforeSunset => return WAIT,
        Kind::SunsetDateTooSmall | Kind::SunsetDateChangedTooSmall => return LATER,
        Kind::StabilityDecreased => return STABLE,
        _ => {}
    }
    match (kind.effect(), request) {
        (Effect::Narrows | Effect::Changes | Effect::Offers, true) => ACCEPT,
        (Effect::Widens | Effect::Changes | Effect::Narrows, false) => VERSIONED,
        (Effect::Demands, true) => OPTIONAL,
        (Effect::Excuses | Effect::Offers, false) => KEEP,
        (Effect::Hurries, _) => DATE,
        (Effect::Default, _) => {
            "Leave the default as it is, or ask clients to say what they mean before it changes."
        }
        _ => NOTHING,
    }
}

pub(super) const NOTHING: &str = "Nothing has to be done.";
pub(super) const ACCEPT: &str =
    "Go on accepting what was valid, ask clients to change, and narrow it with the next major version.";
pub(super) const VERSIONED: &str =
    "Give new values only to clients that ask for them, by a parameter, a media type or a new version.";
pub(super) const OPTIONAL: &str = "Let it be optional with a default that does what happened before, and demand it with the next major version.";
pub(super) const KEEP: &str =
    "Keep it, mark it as deprecated with `x-sunset`, and take it away after that day.";
pub(super) const DEPRECATE: &str =
    "Mark it as `deprecated` with `x-sunset` first, and take it away after that day.";
pub(super) const WAIT: &str = "Keep it until the day in `x-sunset` has come.";
pub(super) const DATE: &str =
    "Write the day into `x-sunset` as YYYY-MM-DD, far enough ahead for clients to change.";
pub(super) const LATER: &str = "Choose a later day, so that clients have the time that they were promised.";
pub(super) const STABLE: &str =
    "Keep the stability that was promised, and begin with a new operation where that cannot be.";
pub(super) const NAME: &str = "Keep the name, so that generated clients stay as they are.";
pub(super) const VERSION: &str = "Raise the major version in `info`, or take back what breaks clients.";
pub(super) const SECURITY: &str = "Accept the old way beside the new one until clients have changed, and end it with the next major version.";
pub(super) const NEWPATH: &str = "Offer the new path beside the old one, and mark the old one as deprecated.";
pub(super) const STYLE: &str =
    "Offer a new parameter or body in the new form, and keep the old one until clients have changed.";
pub(super) const SERVER: &str =
    "Let the old address answer, or lead to the new one, until clients have changed.";
pub(super) const TEXT: &str = "Mend the document, so that it says one thing to every reader.";
pub(super) const REMOTE: &str =
    "Keep a copy of what it refers to in the repository, or allow it with --allow-remote.";
pub(super) const SUPPRESS: &str = "Take the suppression out, or renew it with a reason that holds today.";
